import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, withLayout } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
import { elementwiseNode } from './elementwise.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';
import { reduceNode } from './reduce-node.ts';

interface ReductionRule {
  readonly opType: string;
  /** How a reduced axis that is a pending broadcast of n equal elements enters the result. */
  readonly ofEqualElements: 'scales' | 'unchanged' | 'materialize';
  /** ONNX Runtime may drop a NaN among the operands; tfjs gives NaN. */
  readonly mayDropNaN?: boolean;
}

function reduction({ opType, ofEqualElements, mayDropNaN = false }: ReductionRule): Lowering {
  return ({ builder, inputs, attributes }) => {
    const x = inputs.x!;
    const rank = x.shape.length;
    // `Max` alone has another name for its axes.
    const axes = normalizeAxes(attributes.axis ?? attributes.reductionIndices, rank);
    if (axes.length === 0) return x;
    const keepDims = attributes.keepDims === true;
    const reduced = new Set(axes);
    const source = ofEqualElements === 'materialize' ? { ...x, graph: materialize(builder, x, x.layout) } : x;

    const physicalAxes = source.layout.flatMap((axis, position) => (reduced.has(axis) ? [position] : []));
    const kept = source.layout.filter((axis) => !reduced.has(axis));
    const physical = source.graph.shape.map((size, position) => (physicalAxes.includes(position) ? 1 : size));
    let graph = source.graph;
    if (physicalAxes.some((position) => source.graph.shape[position] !== 1)) {
      const checksNaN = mayDropNaN && x.dtype === 'float32';
      graph = reduceNode(builder, opType, source.graph, physicalAxes, keepDims || checksNaN);
      if (checksNaN) graph = withNaN(builder, graph, source.graph, physicalAxes);
    }
    if (ofEqualElements === 'scales') {
      const copies = physicalAxes.reduce((product, position) => {
        const size = x.shape[source.layout[position]!]!;
        return source.graph.shape[position] === size ? product : product * size;
      }, 1);
      if (copies !== 1) {
        const factor = builder.scalar(copies, x.dtype === 'int32' ? 'int32' : 'float32');
        graph = elementwiseNode(builder, 'Mul', [graph, factor]);
      }
    }
    if (keepDims) {
      return {
        ...x,
        graph,
        shape: x.shape.map((size, axis) => (reduced.has(axis) ? 1 : size)),
        layout: source.layout,
      };
    }
    const remaining = x.shape.flatMap((_, axis) => (reduced.has(axis) ? [] : [axis]));
    return {
      dtype: x.dtype,
      shape: remaining.map((axis) => x.shape[axis]!),
      layout: kept.map((axis) => remaining.indexOf(axis)),
      graph: builder.reshape(
        graph,
        physical.filter((_, position) => !physicalAxes.includes(position)),
      ),
    };
  };
}

/** `reduced` with NaN where one of its operands was. */
function withNaN(
  builder: GraphBuilder,
  reduced: GraphValue,
  source: GraphValue,
  axes: readonly number[],
): GraphValue {
  const { equal, where } = arithmetic(builder);
  // Not IsNaN, for which a provider may have to leave its device.
  const isNumber = builder.cast(equal(source, source), 'float32');
  const areNumbers = builder.cast(reduceNode(builder, 'ReduceMin', isNumber, axes), 'bool');
  return where(areNumbers, reduced, Number.NaN);
}

/** The mean of integers is a float. */
const mean: Lowering = (call) => {
  const x = call.inputs.x!;
  const asFloat: TracedValue = { ...x, dtype: 'float32', graph: call.builder.cast(x.graph, 'float32') };
  return reduction({ opType: 'ReduceMean', ofEqualElements: 'unchanged' })({
    ...call,
    inputs: { x: asFloat },
  });
};

/** All and Any are Min and Max of integers. */
function logicalReduction(opType: string): Lowering {
  const reduce = reduction({ opType, ofEqualElements: 'unchanged' });
  return (call) => {
    const x = call.inputs.x!;
    const asInteger: TracedValue = { ...x, dtype: 'int32', graph: call.builder.cast(x.graph, 'int32') };
    const result = reduce({ ...call, inputs: { x: asInteger } }) as TracedValue;
    return { ...result, dtype: 'bool', graph: call.builder.cast(result.graph, 'bool') };
  };
}

function extremum(opType: 'ReduceMax' | 'ReduceMin'): Lowering {
  const ofNumbers = reduction({ opType, ofEqualElements: 'unchanged', mayDropNaN: true });
  const ofBooleans = logicalReduction(opType);
  return (call) => (call.inputs.x!.dtype === 'bool' ? ofBooleans : ofNumbers)(call);
}

/** Numbers without NaN, which would be chosen or not depending on where it stands. */
export function comparable(builder: GraphBuilder, value: GraphValue, forMaximum: boolean): GraphValue {
  if (value.dtype === 'bool') return builder.cast(value, 'int32');
  if (value.dtype !== 'float32') return value;
  const { equal, where } = arithmetic(builder);
  return where(equal(value, value), value, forMaximum ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
}

function argReduction(opType: string): Lowering {
  return ({ builder, inputs, attributes }) => {
    const x = inputs.x!;
    const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
    const source = { ...x, graph: materialize(builder, x, x.layout) };
    const position = source.layout.indexOf(axis);
    const operand = comparable(builder, source.graph, opType === 'ArgMax');
    const shape = source.graph.shape.map((size, each) => (each === position ? 1 : size));
    const index = builder.op(
      opType,
      [operand],
      { shape, dtype: 'int64' },
      { attributes: { axis: int(position), keepdims: int(1) } },
    );
    const kept = withLayout(
      builder,
      {
        dtype: 'int32',
        layout: source.layout,
        shape: x.shape.map((size, each) => (each === axis ? 1 : size)),
        graph: builder.cast(index, 'int32'),
      },
      x.shape.map((_, each) => each),
    );
    const result = x.shape.filter((_, each) => each !== axis);
    return {
      dtype: 'int32',
      shape: result,
      layout: result.map((_, each) => each),
      graph: builder.reshape(kept.graph, result),
    };
  };
}

export const reductionLowerings: LoweringTable = {
  All: logicalReduction('ReduceMin'),
  Any: logicalReduction('ReduceMax'),
  ArgMax: argReduction('ArgMax'),
  ArgMin: argReduction('ArgMin'),
  Max: extremum('ReduceMax'),
  Mean: mean,
  Min: extremum('ReduceMin'),
  Prod: reduction({ opType: 'ReduceProd', ofEqualElements: 'materialize' }),
  Sum: reduction({ opType: 'ReduceSum', ofEqualElements: 'scales' }),
};
