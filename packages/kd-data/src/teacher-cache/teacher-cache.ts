import {
  type FrozenModel,
  type FrozenModelOutput,
  type HostTensor,
  KdError,
  requireArgument,
  type SampleIdentity,
  type Storage,
} from 'kd-core';
import { type CacheFacts, cacheFacts, claimStorage, tapShapes } from './cache-facts.ts';
import type { LogitsEncoding } from './logits-encoding.ts';
import { pickRows } from './pick-rows.ts';
import { readKept } from './read-kept.ts';
import { type RowLayout, rowLayout } from './row-layout.ts';
import { openRowStore } from './row-store.ts';

/** What of a teacher's outputs is kept, of how many images. */
export interface TeacherCacheSize {
  readonly teacher: Pick<FrozenModel, 'name' | 'classes' | 'taps'>;
  /** Samples of the data set: `samples.count` of the source. */
  readonly samples: number;
  /** Augmented images of each sample: `variants` of the source. */
  readonly variants: number;
  /** Default `'float32'`: all of them, exactly. */
  readonly logits?: LogitsEncoding;
  /** Taps to keep, as float16; of the others there are none. Default none. */
  readonly taps?: readonly string[];
}

export interface TeacherCacheOptions extends TeacherCacheSize {
  readonly teacher: FrozenModel;
  /** A place for this cache alone. */
  readonly storage: Storage;
  /** Bytes that it may take when it is full; default 16 GiB. */
  readonly maximumBytes?: number;
  /** Bytes of outputs that stay in memory; default 1 GiB. Others are read when they are needed. */
  readonly memoryBytes?: number;
  /** Hears of chunks that are damaged and made again. */
  readonly onWarning?: (message: string) => void;
}

/** A teacher that remembers what it has said. */
export interface CachedTeacher extends FrozenModel {
  /** How many images it has been asked about so far, and for how many of them the teacher had to run. */
  readonly statistics: { readonly asked: number; readonly computed: number };
  /** Images whose outputs are kept. */
  readonly count: number;
  /** `count` when all samples are kept in all variants. */
  readonly capacity: number;
  /** Bytes that the outputs for one image take. */
  readonly bytesPerImage: number;
  /** Whether the outputs for an image are kept. */
  has(index: number, variant: number): boolean;
  /** Writes what is in memory only. */
  flush(): Promise<void>;
}

const GIBIBYTE = 2 ** 30;

/** Bytes that a full cache takes. Throws `INVALID_ARGUMENT` for taps that the teacher does not have, and for bad numbers. */
export function estimateTeacherCache(size: TeacherCacheSize): number {
  return layoutOf(size).rowBytes * size.samples * size.variants;
}

/**
 * A teacher whose outputs are kept by sample and variant, so that each image is computed once, in this run or another: what
 * it gives later is, for logits as `'float32'`, what the teacher gave, bit for bit. It is a `FrozenModel` as the teacher is, and
 * takes batches of sources that have `variants`; `fillTeacherCache` asks it about all images ahead of a training.
 *
 * With each output a fingerprint of its image is kept. Where another image comes under the same sample and variant (other
 * data, augmentation, normalisation or seed), `run` throws `STORAGE`, rather than teach by what was said of something else. What a
 * storage holds is checked by SHA-256 when it is opened; damaged chunks are removed and computed again.
 *
 * Throws `INVALID_ARGUMENT` for a teacher without a fingerprint, unknown taps and bad numbers, and `STORAGE` for a cache that
 * would grow beyond `maximumBytes`, a storage without that much room, and one that holds the outputs of another teacher.
 * `dispose` writes what is in memory and disposes the teacher.
 */
export async function openTeacherCache(options: TeacherCacheOptions): Promise<CachedTeacher> {
  const { teacher, storage, samples, variants, logits = 'float32', taps = [] } = options;
  const { maximumBytes = 16 * GIBIBYTE, memoryBytes = GIBIBYTE, onWarning = () => {} } = options;
  const layout = layoutOf(options);
  const needed = estimateTeacherCache(options);
  if (needed > maximumBytes) {
    throw new KdError(
      'STORAGE',
      `The outputs of '${teacher.name}' for ${samples} samples in ${variants} variants would take ${needed} bytes, above the ${maximumBytes} that the cache may take. Keep fewer variants or taps, only the largest logits ({ top: 10 }), or raise maximumBytes.`,
      { details: { needed, maximumBytes } },
    );
  }
  const facts = cacheFacts(teacher, { logits, taps });
  await claimStorage(storage, facts);
  const rows = await openRowStore({ storage, layout, samples, variants, memoryBytes, onDamage: onWarning });
  const capacity = samples * variants;
  await storage.probe((capacity - rows.count) * layout.rowBytes);

  let asked = 0;
  let computed = 0;
  const exact = logits === 'float32' && taps.length === 0;
  return {
    name: teacher.name,
    // What is kept exactly is the teacher itself, so that a run may go on with either.
    fingerprint: exact ? teacher.fingerprint! : `${teacher.fingerprint} ${JSON.stringify({ logits, taps })}`,
    inputShape: teacher.inputShape,
    classes: teacher.classes,
    taps: facts.taps,
    get statistics() {
      return { asked, computed };
    },
    get count() {
      return rows.count;
    },
    capacity,
    bytesPerImage: layout.rowBytes,
    has: rows.has,
    flush: rows.flush,
    async run(images, identity) {
      requireArgument(
        identity !== undefined,
        () =>
          `The cache of '${teacher.name}' was asked about images that do not come again. Give the source a number of variants (createLoader: variants), so that its images are the same in every so many epochs.`,
      );
      requireRange(identity, { samples, variants });
      const { output, missing, take } = await readKept(images, identity, { storage, layout, rows, facts });
      asked += images.shape[0]!;
      if (missing.length === 0) return output;
      computed += missing.length;
      const given = await teacher.run(pickRows(images, missing), {
        indices: pickRows(identity.indices, missing),
        variant: identity.variant,
      });
      requireOutput(given, facts, missing.length);
      missing.forEach((place, row) => {
        take(place, given, row);
      });
      await rows.settle();
      return output;
    },
    async dispose() {
      try {
        await rows.flush();
      } finally {
        await teacher.dispose();
      }
    },
  };
}

function layoutOf({
  teacher,
  samples,
  variants,
  logits = 'float32',
  taps = [],
}: TeacherCacheSize): RowLayout {
  for (const [name, value] of Object.entries({ samples, variants })) {
    requireArgument(
      Number.isInteger(value) && value >= 1,
      () => `${name} must be a positive integer, got ${value}.`,
    );
  }
  return rowLayout({ classes: teacher.classes, logits, taps: tapShapes(teacher, taps) });
}

function requireRange(
  { indices, variant }: SampleIdentity,
  { samples, variants }: { readonly samples: number; readonly variants: number },
): void {
  const beyond = indices.data.find((index) => index < 0 || index >= samples);
  requireArgument(
    beyond === undefined,
    () =>
      `The teacher cache was opened for the samples 0..${samples - 1}, but a batch has sample ${beyond}. Open it with the number of samples of the source.`,
  );
  requireArgument(
    variant >= 0 && variant < variants,
    () =>
      `The teacher cache was opened for the variants 0..${variants - 1}, but a batch has variant ${variant}. Open it with the variants of the source.`,
  );
}

/** Throws `SHAPE_MISMATCH` for outputs of other shapes than the teacher declares, `NON_FINITE` for logits that must not be kept. */
function requireOutput({ logits, taps }: FrozenModelOutput, facts: CacheFacts, count: number): void {
  const wanted: [what: string, found: HostTensor | undefined, shape: readonly number[]][] = [
    ['logits', logits, [count, facts.classes]],
    ...Object.entries(facts.taps).map(([name, shape]): (typeof wanted)[number] => [
      `the tap '${name}'`,
      taps[name],
      [count, ...shape],
    ]),
  ];
  for (const [what, found, shape] of wanted) {
    if (found?.shape.join() === shape.join()) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `The teacher '${facts.teacher.name}' gave ${what} as [${found?.shape.join(', ') ?? 'nothing'}] where it declares [${shape.join(', ')}].`,
    );
  }
  if (logits.data.every(Number.isFinite)) return;
  throw new KdError(
    'NON_FINITE',
    `The teacher '${facts.teacher.name}' gave a logit that is NaN or infinite, which is not kept. Check its preprocessing and its precision.`,
  );
}
