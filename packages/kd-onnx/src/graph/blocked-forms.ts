import type { GraphValue } from './graph.ts';
import { int, text } from './graph.ts';
import type { GraphBuilder, OutputSpec } from './graph-builder.ts';

/**
 * ONNX Runtime's blocked convolutions: operators of its CPU provider that it normally inserts itself, and
 * only for constant weights. Channels lie in blocks of `block`: a tensor whose shape reads [N, C, H, W] is
 * stored as [N, C / block, H, W, block]. They are internal to one provider, so they are used only where a
 * trial at start-up has shown that they work, and never in an exported file.
 */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** `ReorderInput` fills the last block by itself, but takes only channels in multiples of this. */
const REORDERED_TOGETHER = 4;

/** A tensor as one pass over `source`: scale * source + shift per channel, plus `sum`. */
export interface ChannelAffine {
  /** Blocked [N, C, H, W]. */
  readonly source: GraphValue;
  /** [C]; undefined stands for ones. */
  readonly scale?: GraphValue | undefined;
  /** [C]; undefined stands for zeros. */
  readonly shift?: GraphValue | undefined;
  /** Blocked, of the shape of `source`. */
  readonly sum?: GraphValue | undefined;
}

/**
 * Knows which plain tensors of a graph exist in blocks as well. A blocked result is always given a plain
 * form, whose conversion disappears when every reader takes the blocks.
 */
export class BlockedForms {
  readonly #builder: GraphBuilder;
  readonly #blockedOf = new Map<string, GraphValue>();
  /** Blocks with channels of zeros behind those of the plain tensor. */
  readonly #filledOf = new Map<string, GraphValue>();
  readonly #affineOf = new Map<string, ChannelAffine>();
  readonly #rectifiedOf = new Map<string, GraphValue>();

  constructor(builder: GraphBuilder) {
    this.#builder = builder;
  }

  /** The blocks of a plain [N, C, H, W] tensor, where they exist already. */
  find(plain: GraphValue): GraphValue | undefined {
    return this.#blockedOf.get(plain.name);
  }

  /** The blocks of a plain float32 [N, C, H, W] tensor; C must be a multiple of the block. */
  of(plain: GraphValue): GraphValue {
    const known = this.find(plain);
    if (known !== undefined) return known;
    return this.#builder.op('ReorderInput', [plain], plain, { domain: BLOCKED_DOMAIN });
  }

  /** The plain form of a blocked [N, C, H, W] tensor; remembers that the blocks exist. */
  plain(blocked: GraphValue): GraphValue {
    const plain = blocked.dtype === 'float32' ? this.#reorder(blocked, blocked) : this.#transpose(blocked);
    this.#blockedOf.set(plain.name, blocked);
    return plain;
  }

  /** The blocks of a plain [N, C, H, W] tensor with channels of zeros behind it, where they exist already. */
  findFilled(plain: GraphValue): GraphValue | undefined {
    return this.#filledOf.get(plain.name);
  }

  /** The blocks of a plain float32 [N, C, H, W] tensor of any C, with channels of zeros behind it up to whole blocks. */
  filled(plain: GraphValue): GraphValue {
    const [batch, channels, height, width] = plain.shape as [number, number, number, number];
    const block = this.#builder.target.channelBlock!;
    if (channels % block === 0) return this.of(plain);
    const known = this.findFilled(plain);
    if (known !== undefined) return known;
    const readable = Math.ceil(channels / REORDERED_TOGETHER) * REORDERED_TOGETHER;
    const source = this.#withChannels(plain, readable);
    const shape = [batch, Math.ceil(channels / block) * block, height, width];
    return this.#builder.op(
      'ReorderInput',
      [source],
      { shape, dtype: 'float32' },
      { domain: BLOCKED_DOMAIN },
    );
  }

  /** The first `channels` of a blocked map as a plain one; remembers the blocks, whose other channels must be zeros. */
  unfilled(blocked: GraphValue, channels: number): GraphValue {
    if (blocked.shape[1] === channels) return this.plain(blocked);
    const shape = blocked.shape.with(1, channels);
    const plain = this.#reorder(blocked, { shape, dtype: 'float32' });
    this.#filledOf.set(plain.name, blocked);
    return plain;
  }

  /** A blocked tensor seen with its block axis: [N, C / block, H, W, block]. */
  withBlockAxis(blocked: GraphValue): GraphValue {
    const [batch, channels, height, width] = blocked.shape as [number, number, number, number];
    const block = this.#builder.target.channelBlock!;
    return this.#builder.reshape(blocked, [batch, channels / block, height, width, block]);
  }

  /** How `blocked` was made, if in one pass over another tensor. */
  affineOf(blocked: GraphValue): ChannelAffine {
    return this.#affineOf.get(blocked.name) ?? { source: blocked };
  }

  /** Computes a channel-wise pass; `rectified` applies ReLU in the same pass. */
  apply(affine: ChannelAffine, rectified = false): GraphValue {
    const { source, shift, sum } = affine;
    if (affine.scale === undefined && shift === undefined && sum === undefined && !rectified) return source;
    const channels = source.shape[1]!;
    const ones = new Float32Array(channels).fill(1);
    const scale = affine.scale ?? this.#builder.constant(ones, [channels], 'float32');
    const zeros = this.#builder.constant(new Float32Array(channels), [channels], 'float32');
    const inputs = [source, this.#builder.reshape(scale, [channels, 1, 1, 1])];
    if (shift !== undefined || sum !== undefined) inputs.push(shift ?? zeros);
    if (sum !== undefined) inputs.push(sum);
    const result = this.#builder.op('Conv', inputs, source, {
      domain: BLOCKED_DOMAIN,
      attributes: { group: int(channels), ...(rectified ? { activation: text('Relu') } : {}) },
    });
    if (!rectified) this.#affineOf.set(result.name, affine);
    return result;
  }

  /** Remembers that `rectified` is ReLU of `blocked`, so that its sign can be read off either. */
  noteRectified(blocked: GraphValue, rectified: GraphValue): void {
    this.#rectifiedOf.set(blocked.name, rectified);
  }

  rectifiedOf(blocked: GraphValue): GraphValue | undefined {
    return this.#rectifiedOf.get(blocked.name);
  }

  #reorder(blocked: GraphValue, output: OutputSpec): GraphValue {
    return this.#builder.op('ReorderOutput', [blocked], output, {
      domain: BLOCKED_DOMAIN,
      attributes: { channels: int(output.shape[1]!) },
    });
  }

  #withChannels(plain: GraphValue, channels: number): GraphValue {
    const missing = channels - plain.shape[1]!;
    if (missing === 0) return plain;
    const pads = this.#builder.int64([0, 0, 0, 0, 0, missing, 0, 0]);
    return this.#builder.op('Pad', [plain, pads, this.#builder.scalar(0)], {
      shape: plain.shape.with(1, channels),
      dtype: 'float32',
    });
  }

  /** The reordering operators know float32 only. */
  #transpose(blocked: GraphValue): GraphValue {
    const split = this.withBlockAxis(blocked);
    return this.#builder.reshape(this.#builder.transpose(split, [0, 1, 4, 2, 3]), blocked.shape);
  }
}

/** True when each of `channels` fills whole blocks. */
export function fillsBlocks(block: number | undefined, ...channels: readonly number[]): block is number {
  return block !== undefined && channels.every((count) => count > 0 && count % block === 0);
}
