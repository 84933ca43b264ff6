import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { type KernelCall, type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

interface Accumulation {
  readonly x: TracedValue;
  /** The operand as it lies in memory, with numbers as elements. */
  readonly graph: GraphValue;
  /** The physical axis along which it is accumulated. */
  readonly position: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

function accumulation({ builder, inputs, attributes }: KernelCall): Accumulation {
  const x = inputs.x!;
  const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
  const graph = materialize(builder, x, x.layout);
  return {
    x,
    graph: x.dtype === 'bool' ? builder.cast(graph, 'int32') : graph,
    position: x.layout.indexOf(axis),
    exclusive: attributes.exclusive === true,
    reverse: attributes.reverse === true,
  };
}

const cumulativeSum: Lowering = (call) => {
  const { builder } = call;
  const { x, graph, position, exclusive, reverse } = accumulation(call);
  const axis = builder.reshape(builder.int64([position]), []);
  const result = builder.op('CumSum', [graph, axis], graph, {
    attributes: { exclusive: int(exclusive ? 1 : 0), reverse: int(reverse ? 1 : 0) },
  });
  return traced(result, x.shape, x.layout);
};

/**
 * By doubling: after step k each element is the product of the 2^k elements up to it, so that log2(n) products
 * with a shifted copy are enough (Hillis and Steele, 1986). Exact where a quotient of products is not, at zeros.
 */
const cumulativeProduct: Lowering = (call) => {
  const { builder } = call;
  const { x, graph, position, exclusive, reverse } = accumulation(call);
  const size = graph.shape[position]!;
  let product = exclusive ? shifted(builder, graph, position, 1, reverse) : graph;
  for (let distance = 1; distance < size; distance *= 2) {
    product = builder.op('Mul', [product, shifted(builder, product, position, distance, reverse)], graph);
  }
  return traced(product, x.shape, x.layout);
};

/** The elements moved by `distance` along an axis, ones coming in behind them. */
function shifted(
  builder: GraphBuilder,
  value: GraphValue,
  axis: number,
  distance: number,
  reverse: boolean,
): GraphValue {
  const none = value.shape.map(() => 0);
  // A negative pad crops the other end.
  const before = none.with(axis, reverse ? -distance : distance);
  const after = none.with(axis, reverse ? distance : -distance);
  const one = builder.scalar(1, value.dtype === 'int32' ? 'int32' : 'float32');
  return builder.op('Pad', [value, builder.int64([...before, ...after]), one], value);
}

export const cumulativeLowerings: LoweringTable = { Cumprod: cumulativeProduct, Cumsum: cumulativeSum };
