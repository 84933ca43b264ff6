import { describe, expect, it } from 'vitest';
import { blockedConvolution } from './blocked-convolution.ts';
import type { Graph, GraphValue } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

const shape = [2, 16, 4, 4];
const dtype = 'float32';

function setUp(): { builder: GraphBuilder; map: GraphValue; convolve: (image: GraphValue) => GraphValue } {
  const builder = new GraphBuilder({ channelBlock: 16 });
  const map = builder.input('map', shape, dtype);
  const kernel = builder.input('kernel', [16, 16, 1, 1], dtype);
  const geometry = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1], outputShape: shape };
  return { builder, map, convolve: (image) => blockedConvolution(builder, { image, kernel, ...geometry }) };
}

const add = (builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue => builder.op('Add', [a, b], a);
const operators = ({ nodes }: Graph): string[] => nodes.map(({ opType }) => opType);

describe('fuseSums', () => {
  it('adds a map in the convolution whose result goes nowhere else', () => {
    const { builder, map, convolve } = setUp();
    const other = builder.op('Relu', [map], map);
    const graph = builder.build('graph', [add(builder, other, convolve(map))]);
    expect(operators(graph)).toEqual(['Relu', 'Conv']);
    const [, , bias, sum] = graph.nodes[1]!.inputs;
    expect(bias).toMatchObject({ shape: [16], constant: new Float32Array(16) });
    expect(sum).toBe(other);
  });

  it('waits for an operand that is computed after the convolution', () => {
    const { builder, map, convolve } = setUp();
    const convolved = convolve(map);
    const later = builder.op('Relu', [map], map);
    const graph = builder.build('graph', [add(builder, convolved, later)]);
    expect(operators(graph)).toEqual(['Relu', 'Conv']);
  });

  it('fuses one of two convolutions that are added, and a chain of sums one by one', () => {
    const { builder, map, convolve } = setUp();
    const two = add(builder, convolve(map), convolve(builder.op('Relu', [map], map)));
    const third = add(builder, two, convolve(builder.op('Neg', [map], map)));
    const graph = builder.build('graph', [third]);
    expect(operators(graph).toSorted()).toEqual(['Conv', 'Conv', 'Conv', 'Neg', 'Relu']);
    const known = new Set([...graph.inputs.map(({ name }) => name)]);
    for (const { inputs, outputs } of graph.nodes) {
      for (const input of inputs) expect(input.constant !== undefined || known.has(input.name)).toBe(true);
      for (const output of outputs) known.add(output.name);
    }
  });

  it('leaves a result alone that is read twice, returned, or of another shape', () => {
    const { builder, map, convolve } = setUp();
    const convolved = convolve(map);
    const twice = builder.build('twice', [add(builder, convolved, convolved)]);
    const returned = builder.build('returned', [add(builder, convolved, map), convolved]);
    const vector = builder.input('vector', [1, 1, 1, 4], dtype);
    const broadcast = builder.build('broadcast', [add(builder, convolved, vector)]);
    for (const graph of [twice, returned, broadcast]) expect(operators(graph)).toContain('Add');
  });
});
