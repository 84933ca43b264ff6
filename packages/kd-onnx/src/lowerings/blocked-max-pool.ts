import { BLOCKED_DOMAIN } from '../graph/blocked-forms.ts';
import type { GraphValue } from '../graph/graph.ts';
import { float, int, ints } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { interleave } from '../graph/interleave.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import { blockedOf } from './channel-affine.ts';
import { elementwiseNode } from './elementwise.ts';
import { outputShape, type SpatialWindow } from './spatial-window.ts';

/** More phases than this, and the passes over them cost more than the plain operators. */
const MOST_PHASES = 4;
/** A step from 1 to 0 just below 0. */
const STEEP = 3e38;

/** Maximum pooling of a map that exists in blocks; undefined for others, and with padding. */
export function blockedMaxPool(
  builder: GraphBuilder,
  x: TracedValue,
  window: SpatialWindow,
): TracedValue | undefined {
  const blocked = blockedOf(builder, x);
  if (blocked === undefined || !staysInImage(window)) return undefined;
  const result = builder.blocks.plain(maxima(builder, blocked, window));
  return traced(result, [window.batchSize, ...window.outSize, window.outChannels], NCHW);
}

/**
 * The gradient of maximum pooling by windows that lie side by side, of a finite map in blocks: the pixels in the same place
 * of their windows are taken out as a map each, the first of them that equals the maximum receives the gradient,
 * and the maps are put together again. Undefined for other windows and maps.
 */
export function blockedMaxPoolGradient(
  builder: GraphBuilder,
  dy: TracedValue,
  x: TracedValue,
  window: SpatialWindow,
): TracedValue | undefined {
  const { filterSize, strides, inSize, outSize } = window;
  const blocked = blockedOf(builder, x);
  const isTiled =
    sameShape(filterSize, strides) && inSize.every((size, axis) => size === outSize[axis]! * strides[axis]!);
  if (blocked === undefined || !staysInImage(window) || !isTiled) return undefined;
  const [rows, columns] = filterSize as [number, number];
  if (rows * columns > MOST_PHASES) return undefined;
  const maximum = maxima(builder, blocked, window);
  let rest = builder.blocks.of(materialize(builder, dy, NCHW));
  const phases = Array.from({ length: rows * columns }, (_, phase) => {
    if (phase === rows * columns - 1) return rest;
    const below = elementwiseNode(builder, 'Sub', [pixels(builder, blocked, window, phase), maximum]);
    const isMaximum = builder.op('HardSigmoid', [below], below, {
      attributes: { alpha: float(STEEP), beta: float(1) },
    });
    const share = elementwiseNode(builder, 'Mul', [rest, isMaximum]);
    rest = elementwiseNode(builder, 'Sub', [rest, share]);
    return share;
  });
  const byRow = Array.from({ length: rows }, (_, row) => phases.slice(row * columns, (row + 1) * columns));
  return traced(builder.blocks.plain(interleave(builder, byRow)), x.shape, NCHW);
}

function staysInImage({ inSize, padBefore, padBehind, dilations }: SpatialWindow): boolean {
  const isUnpadded = [...padBefore, ...padBehind].every((pad) => pad <= 0);
  return inSize.length === 2 && isUnpadded && dilations.every((each) => each === 1);
}

function maxima(builder: GraphBuilder, blocked: GraphValue, window: SpatialWindow): GraphValue {
  const { filterSize, strides } = window;
  return builder.op(
    'MaxPool',
    [blocked],
    { shape: outputShape(window), dtype: 'float32' },
    { domain: BLOCKED_DOMAIN, attributes: { kernel_shape: ints(filterSize), strides: ints(strides) } },
  );
}

/** The pixels in place `phase` of each window, by a depthwise convolution whose kernel is 1 there and 0 elsewhere. */
function pixels(
  builder: GraphBuilder,
  blocked: GraphValue,
  window: SpatialWindow,
  phase: number,
): GraphValue {
  const block = builder.target.channelBlock!;
  const { inChannels, filterSize, strides } = window;
  const places = filterSize[0]! * filterSize[1]!;
  const kernel = Float32Array.from({ length: inChannels * places }, (_, index) =>
    Math.floor(index / block) % places === phase ? 1 : 0,
  );
  return builder.op(
    'Conv',
    [blocked, builder.constant(kernel, [inChannels, 1, ...filterSize], 'float32')],
    { shape: outputShape(window), dtype: 'float32' },
    {
      domain: BLOCKED_DOMAIN,
      attributes: { group: int(inChannels), kernel_shape: ints(filterSize), strides: ints(strides) },
    },
  );
}
