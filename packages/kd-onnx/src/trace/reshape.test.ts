import fc from 'fast-check';
import { sizeOf } from 'kd-core';
import { describe, expect, it } from 'vitest';
import type { GraphNode, GraphValue } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { transposeData } from '../graph/transpose-data.ts';
import { reshapeTraced } from './reshape.ts';
import {
  inversePermutation,
  materialize,
  physicalShape,
  type TracedValue,
  withLayout,
} from './traced-value.ts';

/** A shape, a layout, and which logical axes are broadcasts that nobody has carried out yet. */
const drawnValues = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
  .chain((shape) => {
    const axes = shape.map((_, axis) => axis);
    return fc.record({
      shape: fc.constant(shape),
      layout: fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length }),
      pending: fc.array(fc.boolean(), { minLength: axes.length, maxLength: axes.length }),
    });
  });

interface Drawn {
  readonly shape: number[];
  readonly layout: number[];
  readonly pending: boolean[];
}

function input(
  builder: GraphBuilder,
  { shape, layout, pending }: Drawn,
): { value: TracedValue; physical: Float32Array } {
  const stored = layout.map((axis) => (pending[axis] ? 1 : shape[axis]!));
  const physical = Float32Array.from({ length: sizeOf(stored) }, (_, index) => index + 1);
  return {
    physical,
    value: { shape, layout, dtype: 'float32', graph: builder.input('x', stored, 'float32') },
  };
}

/** Expands the axes of size 1 of row-major data, element by element. */
function expand(data: Float32Array, from: readonly number[], to: readonly number[]): Float32Array {
  return Float32Array.from({ length: sizeOf(to) }, (_, index) => {
    let rest = index;
    let source = 0;
    let stride = 1;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const position = rest % to[axis]!;
      rest = Math.floor(rest / to[axis]!);
      source += (from[axis] === 1 ? 0 : position) * stride;
      stride *= from[axis]!;
    }
    return data[source]!;
  });
}

/** The row-major elements that a value stands for. */
function logicalData(drawn: Drawn, physical: Float32Array): Float32Array {
  const stored = drawn.layout.map((axis) => (drawn.pending[axis] ? 1 : drawn.shape[axis]!));
  const full = physicalShape(drawn.shape, drawn.layout);
  return transposeData(expand(physical, stored, full), full, inversePermutation(drawn.layout));
}

/** Runs the layout operators of a graph on real numbers. */
function evaluate(builder: GraphBuilder, value: GraphValue, data: Float32Array): Float32Array {
  const results = new Map<string, Float32Array>([['x', data]]);
  const rules: Readonly<Record<string, (node: GraphNode, operand: Float32Array) => Float32Array>> = {
    Reshape: (_, operand) => operand,
    Transpose: (node, operand) =>
      transposeData(
        operand,
        node.inputs[0]!.shape,
        (node.attributes.perm as { value: readonly number[] }).value,
      ),
    Expand: (node, operand) => expand(operand, node.inputs[0]!.shape, node.outputs[0]!.shape),
  };
  for (const node of builder.build('g', [value]).nodes) {
    const result = rules[node.opType]!(node, results.get(node.inputs[0]!.name)!);
    expect(result).toHaveLength(sizeOf(node.outputs[0]!.shape));
    results.set(node.outputs[0]!.name, result);
  }
  return results.get(value.name)!;
}

/** Another shape with as many elements. */
function regroup(shape: readonly number[], joins: readonly boolean[], units: readonly number[]): number[] {
  const factors = shape.flatMap((size) => (size === 4 ? [2, 2] : [size]));
  const result: number[] = [];
  factors.forEach((factor, index) => {
    if (joins[index] && result.length > 0) result.push(result.pop()! * factor);
    else result.push(factor);
  });
  for (const unit of units) result.splice(unit % (result.length + 1), 0, 1);
  return result;
}

const joins = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
const units = fc.array(fc.nat(8), { maxLength: 2 });

describe('layouts', () => {
  it('bring a value into any order with all its elements', () => {
    fc.assert(
      fc.property(drawnValues, (drawn) => {
        const builder = new GraphBuilder();
        const { value, physical } = input(builder, drawn);
        const result = materialize(builder, value);
        expect(result.shape).toEqual(drawn.shape);
        expect(evaluate(builder, result, physical)).toEqual(logicalData(drawn, physical));
      }),
      { numRuns: 300 },
    );
  });

  it('return to where they came from without a node', () => {
    fc.assert(
      fc.property(drawnValues, (drawn) => {
        const builder = new GraphBuilder();
        const { value } = input(builder, drawn);
        const there = withLayout(
          builder,
          value,
          drawn.shape.map((_, axis) => axis),
        );
        expect(withLayout(builder, there, value.layout).graph).toBe(value.graph);
      }),
    );
  });
});

describe('reshapeTraced', () => {
  it('gives the elements of a row-major reshape, whatever the layout', () => {
    fc.assert(
      fc.property(drawnValues, joins, units, (drawn, joined, added) => {
        const builder = new GraphBuilder();
        const { value, physical } = input(builder, drawn);
        const shape = regroup(drawn.shape, joined, added);
        const result = reshapeTraced(builder, value, shape);
        expect(result.shape).toEqual(shape);
        expect([...result.layout].sort((a, b) => a - b)).toEqual(shape.map((_, axis) => axis));
        const whole = materialize(builder, result);
        expect(whole.shape).toEqual(shape);
        expect(evaluate(builder, whole, physical)).toEqual(logicalData(drawn, physical));
      }),
      { numRuns: 1000 },
    );
  });

  it('moves nothing where the axes of each group lie side by side', () => {
    const builder = new GraphBuilder();
    const graph = builder.input('x', [2, 3, 4, 5], 'float32');
    const value: TracedValue = { shape: [2, 4, 5, 3], layout: [0, 3, 1, 2], dtype: 'float32', graph };
    for (const shape of [
      [2, 20, 3],
      [2, 4, 5, 3, 1],
      [2, 2, 2, 5, 3],
      [1, 2, 20, 1, 3],
    ]) {
      const nodes = builder.build('g', [reshapeTraced(builder, value, shape).graph]).nodes;
      expect(nodes.map((node) => node.opType)).toEqual(['Reshape']);
    }
    const flattened = builder.build('g', [reshapeTraced(builder, value, [2, 60]).graph]).nodes;
    expect(flattened.map((node) => node.opType)).toContain('Transpose');
  });
});
