import type { GraphBuilder } from '../graph/graph-builder.ts';
import { sameShape } from '../graph/graph-builder.ts';
import { NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import { filledMap, unfilledMap } from './filled-channels.ts';
import { type KernelCall, type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';
import { padTraced } from './pad.ts';
import { contiguous, sliceTraced } from './slice.ts';

/** Whether a call gives zeros for channels of zeros: of maps, and of vectors that are padded with zeros as well. */
type KeepsZeros = (call: KernelCall, channels: number) => boolean;

const always: KeepsZeros = () => true;

/** One number for all channels would be added to those of zeros too. */
const ofChannels: KeepsZeros = ({ inputs }, channels) =>
  Object.values(inputs).every(
    ({ graph, layout, shape }) => graph.shape[layout.indexOf(shape.length - 1)] === channels,
  );

/** Not over the channels themselves. */
const withinChannels: KeepsZeros = ({ attributes }) => !normalizeAxes(attributes.axis, 4).includes(3);

/** What batch normalisation, its gradient, rectifiers and residual sums are made of. */
const KEEPING_ZEROS: Readonly<Record<string, KeepsZeros>> = {
  Add: ofChannels,
  AddN: ofChannels,
  FusedBatchNorm: always,
  Mean: withinChannels,
  Multiply: always,
  Prelu: always,
  Relu: always,
  Square: always,
  Step: ({ attributes }) => (attributes.alpha ?? 0) === 0,
  Sub: ofChannels,
  Sum: withinChannels,
};

/**
 * Makes lowerings compute maps that exist in blocks with channels of zeros behind their own there: those channels are part
 * of every operand, and are cut off from results that are no maps.
 */
export function onFilledMaps(table: LoweringTable): LoweringTable {
  return Object.fromEntries(
    Object.entries(table).map(([kernel, lower]) => {
      const keepsZeros = KEEPING_ZEROS[kernel];
      return [kernel, keepsZeros === undefined ? lower : onFilled(lower, keepsZeros)];
    }),
  );
}

function onFilled(lower: Lowering, keepsZeros: KeepsZeros): Lowering {
  return (call) => {
    const { builder, inputs } = call;
    const map = Object.values(inputs).find((each) => filledChannels(builder, each) !== undefined);
    if (map === undefined) return lower(call);
    const channels = map.shape[3]!;
    const count = filledChannels(builder, map)!;
    const isMadeOfMaps = Object.values(inputs).every((each) => fits(each, channels));
    if (!isMadeOfMaps || !keepsZeros(call, channels)) return lower(call);
    const filled = Object.fromEntries(
      Object.entries(inputs).map(([name, each]) => [name, withChannels(builder, each, channels, count)]),
    );
    const result = lower({ ...call, inputs: filled }) as TracedValue;
    const isBlocked =
      sameShape(result.layout, NCHW) && builder.blocks.find(result.graph) !== undefined && isWhole(result);
    if (isBlocked) return unfilledMap(builder, result, channels);
    const sizes = result.shape.with(-1, channels);
    return sliceTraced(
      builder,
      result,
      sizes.map((size) => contiguous(0, size)),
    );
  };
}

function filledChannels(builder: GraphBuilder, value: TracedValue): number | undefined {
  return isMap(value) ? builder.blocks.findFilled(value.graph)?.shape[1] : undefined;
}

function isMap(value: TracedValue): boolean {
  return value.shape.length === 4 && sameShape(value.layout, NCHW) && isWhole(value);
}

function isWhole({ graph, shape, layout }: TracedValue): boolean {
  return sameShape(graph.shape, physicalShape(shape, layout));
}

/** Floats along the channels of a map, or the same for all of them. */
function fits({ shape, dtype }: TracedValue, channels: number): boolean {
  const last = shape.at(-1) ?? 1;
  return dtype === 'float32' && (last === channels || last === 1);
}

function withChannels(
  builder: GraphBuilder,
  value: TracedValue,
  channels: number,
  count: number,
): TracedValue {
  const rank = value.shape.length;
  if (rank === 0 || value.shape[rank - 1] !== channels) return value;
  if (isMap(value) && value.shape[1]! * value.shape[2]! > 1) return filledMap(builder, value);
  const shape = value.shape.with(-1, count);
  const position = value.layout.indexOf(rank - 1);
  if (value.graph.shape[position] === 1) return { ...value, shape };
  const own = traced(value.graph);
  const paddings = own.shape.map((_, axis): [number, number] => [
    0,
    axis === position ? count - channels : 0,
  ]);
  return { ...value, shape, graph: padTraced(builder, own, paddings, 0).graph };
}
