import { readFileSync } from 'node:fs';
import { makeOnnx, thirdPartyModels } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { decodeModel } from './decode-model.ts';
import { nearestNames } from './nearest-names.ts';
import { withFloatInput } from './with-float-input.ts';
import { withOutputs } from './with-outputs.ts';

const chain = makeOnnx({
  inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 2] }],
  outputs: [{ name: 'z', dtype: 'float32', shape: ['n', 2] }],
  values: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }],
  nodes: [
    { op: 'Relu', inputs: ['x'], outputs: ['y'] },
    { op: 'Neg', inputs: ['y'], outputs: ['neg'] },
    { op: 'Exp', inputs: ['neg'], outputs: ['z'] },
  ],
});

describe('withOutputs', () => {
  it('adds values as outputs, with their types where the file states them', () => {
    const extended = withOutputs(chain, ['y', 'z', 'neg', 'y']);
    expect(extended.subarray(0, chain.length)).toEqual(chain);
    expect(decodeModel(extended).graph.outputs).toEqual([
      { name: 'z', dtype: 'float32', shape: ['n', 2] },
      { name: 'y', dtype: 'float32', shape: ['n', 2] },
      { name: 'neg' },
    ]);
  });

  it('gives the same bytes back where there is nothing to add', () => {
    expect(withOutputs(chain, ['z'])).toBe(chain);
  });

  it('changes nothing else in files of others', () => {
    const bytes = readFileSync(thirdPartyModels.textDirection.path);
    const before = decodeModel(bytes).graph;
    const after = decodeModel(withOutputs(bytes, ['p2o.MaxPool.1'])).graph;
    expect(after.nodes).toEqual(before.nodes);
    expect(after.outputs).toEqual([...before.outputs, { name: 'p2o.MaxPool.1' }]);
  });

  it.each(['x', 'nothing', '', 'Y'])('refuses %j, which no node computes', (name) => {
    expect(() => withOutputs(chain, [name])).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', details: { unknown: [name] } }),
    );
  });

  it('suggests similar names', () => {
    const bytes = readFileSync(thirdPartyModels.textDirection.path);
    expect(() => withOutputs(bytes, ['p2o.Maxpool.11'])).toThrow(
      /Like 'p2o.Maxpool.11' are: 'p2o.MaxPool.1'/,
    );
  });
});

describe('withFloatInput', () => {
  const half = makeOnnx({
    inputs: [
      { name: 'mask', dtype: 'bool', shape: [1] },
      { name: 'x', dtype: 'float16', shape: ['n', 2] },
    ],
    outputs: [{ name: 'y', dtype: 'float16' }],
    nodes: [
      { op: 'Relu', inputs: ['x'], outputs: ['x_float32'] },
      { op: 'Neg', inputs: ['x_float32'], outputs: ['y'] },
    ],
  });

  it('puts a cast before the graph, and leaves everything else as it was', () => {
    const { bytes, feed } = withFloatInput(half, 'x');
    const before = decodeModel(half);
    const after = decodeModel(bytes);
    expect(feed).toBe('x_float32_');
    expect(after.graph.inputs).toEqual([
      { name: feed, dtype: 'float32', shape: ['n', 2] },
      { name: 'mask', dtype: 'bool', shape: [1] },
    ]);
    const [cast, ...others] = after.graph.nodes;
    expect(cast).toMatchObject({ opType: 'Cast', inputs: [feed], outputs: ['x'] });
    expect(cast!.attributes.get('to')).toEqual({ kind: 'int', value: 10 });
    expect({ ...after, graph: { ...after.graph, inputs: [], nodes: others } }).toEqual({
      ...before,
      graph: { ...before.graph, inputs: [] },
    });
  });

  it('leaves a float32 input alone, and refuses what is no input', () => {
    expect(withFloatInput(chain, 'x')).toEqual({ bytes: chain, feed: 'x' });
    expect(() => withFloatInput(chain, 'y')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});

describe('similar names', () => {
  const names = [
    '/layer1/relu/Relu_output_0',
    '/layer3/layer3.2/Relu_1_output_0',
    'logits',
    '/Pool_output_0',
  ];

  it('share most of their letters', () => {
    expect(nearestNames('layer3.2/relu_1', names)[0]).toBe('/layer3/layer3.2/Relu_1_output_0');
    expect(nearestNames('logit', names)).toEqual(['logits']);
    expect(nearestNames('quite different', names)).toEqual([]);
  });
});
