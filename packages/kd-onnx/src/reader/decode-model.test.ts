import { readFileSync } from 'node:fs';
import { makeOnnx, thirdPartyModels } from 'kd-third-party-models';
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { decodeModel } from './decode-model.ts';
import { describeModel } from './describe-model.ts';

const relu = { op: 'Relu', inputs: ['x'], outputs: ['y'] };

describe('an ONNX file', () => {
  it('is decoded with its values, nodes and attributes of every kind', () => {
    const graph = {
      outputs: [{ name: 'inner' }],
      nodes: [{ op: 'Identity', inputs: ['y'], outputs: ['inner'] }],
    };
    const model = decodeModel(
      makeOnnx(
        {
          inputs: [
            { name: 'x', dtype: 'float32', shape: ['batch', 3, -1, 0] },
            { name: 'w', dtype: 'float32', shape: [1] },
            { name: 'anything', dtype: 'int64' },
            { name: 'untyped' },
          ],
          outputs: [{ name: 'y', dtype: 'float16', shape: [] }],
          values: [{ name: 'between', dtype: 'bool', shape: [2] }],
          nodes: [
            {
              op: 'Odd',
              domain: 'com.example',
              inputs: ['x', '', 'w'],
              outputs: ['y', ''],
              attributes: {
                alpha: { float: 0.5 },
                axis: -1,
                mode: 'nearest',
                pads: [0, 1, -2],
                value: { name: '', dtype: 'int32', shape: [2], int32s: [7, -7] },
                body: { graph },
                constructor: 3,
              },
            },
            { ...relu, domain: 'ai.onnx' },
          ],
          initializers: [{ name: 'w', dtype: 'float32', shape: [1], floats: [2] }],
        },
        { opset: 17, metadata: { ['__proto__']: 'kept' } },
      ),
    );
    expect(model).toMatchObject({ irVersion: 8, producer: 'makeOnnx 1', functions: [] });
    expect([...model.opsets]).toEqual([['', 17]]);
    expect([...model.metadata]).toEqual([['__proto__', 'kept']]);
    expect(model.graph.inputs).toEqual([
      { name: 'x', dtype: 'float32', shape: ['batch', 3, '', ''] },
      { name: 'anything', dtype: 'int64' },
      { name: 'untyped' },
    ]);
    expect(model.graph.outputs).toEqual([{ name: 'y', dtype: 'float16', shape: [] }]);
    expect(model.graph.values.get('between')).toEqual({ name: 'between', dtype: 'bool', shape: [2] });
    const [odd, second] = model.graph.nodes;
    expect(odd).toMatchObject({
      opType: 'Odd',
      domain: 'com.example',
      inputs: ['x', '', 'w'],
      outputs: ['y', ''],
    });
    expect(second).toMatchObject({ opType: 'Relu', domain: '' });
    const attribute = (name: string): unknown => odd!.attributes.get(name);
    expect(attribute('alpha')).toEqual({ kind: 'float', value: 0.5 });
    expect(attribute('axis')).toEqual({ kind: 'int', value: -1 });
    expect(attribute('mode')).toEqual({ kind: 'string', value: 'nearest' });
    expect(attribute('pads')).toEqual({ kind: 'ints', value: [0, 1, -2] });
    expect(attribute('constructor')).toEqual({ kind: 'int', value: 3 });
    expect(attribute('value')).toMatchObject({ kind: 'tensor', value: { dtype: 'int32', shape: [2] } });
    expect(attribute('body')).toMatchObject({ kind: 'graph', value: { nodes: [{ opType: 'Identity' }] } });
  });

  it('keeps its weights where they are', () => {
    const bytes = readFileSync(thirdPartyModels.symbols.path);
    const { graph } = decodeModel(bytes);
    for (const { storage } of graph.initializers.values()) {
      expect(storage.kind).toBe('raw');
      if (storage.kind === 'raw' && storage.bytes.length > 0) expect(storage.bytes.buffer).toBe(bytes.buffer);
    }
  });

  it('may have its graph in several pieces, as protobuf allows', () => {
    const first = makeOnnx({ nodes: [relu] });
    const second = makeOnnx({
      nodes: [{ op: 'Neg', inputs: ['y'], outputs: ['z'] }],
      outputs: [{ name: 'z' }],
    });
    const both = new Uint8Array([...first, ...second]);
    const { graph } = decodeModel(both);
    expect(graph.nodes.map(({ opType }) => opType)).toEqual(['Relu', 'Neg']);
    expect(graph.outputs).toEqual([{ name: 'z' }]);
  });

  it.each([
    ['symbols', [1, 1, 224, 224], 411, 1_147_764],
    [
      'textDirection',
      ['p2o.DynamicDimension.0', 3, 'p2o.DynamicDimension.1', 'p2o.DynamicDimension.2'],
      2,
      133_664,
    ],
  ] as const)('of others is described: %s', (name, shape, classes, parameters) => {
    const description = describeModel(decodeModel(readFileSync(thirdPartyModels[name].path)));
    expect(description.inputs).toMatchObject([{ dtype: 'float32', shape }]);
    expect(description.outputs[0]!.shape?.at(-1)).toBe(classes);
    expect(description.parameters).toBe(parameters);
    expect(Object.keys(description.operators)).toContain('Conv');
    expect(description.taps.map(({ operator }) => operator)).toContain('Relu');
    expect(description.externalData).toEqual([]);
  });

  it('is described with what methods may want to see, and not with what only carries shapes', () => {
    const { taps, operators } = describeModel(
      decodeModel(
        makeOnnx({
          inputs: [{ name: 'x', dtype: 'float32' }],
          values: [{ name: 'block', dtype: 'float32', shape: ['n', 8, 4, 4] }],
          initializers: [{ name: 'bias', dtype: 'float32', shape: [1], floats: [1] }],
          nodes: [
            { op: 'Add', inputs: ['x', 'bias'], outputs: ['shifted'] },
            { op: 'Relu', inputs: ['shifted'], outputs: ['active'] },
            { op: 'Add', inputs: ['active', 'x'], outputs: ['block'] },
            { op: 'Relu', domain: 'com.example', inputs: ['block'], outputs: ['other'] },
          ],
        }),
      ),
    );
    expect(taps).toEqual([
      { tensor: 'active', operator: 'Relu' },
      { tensor: 'block', operator: 'Add', shape: ['n', 8, 4, 4] },
    ]);
    expect(operators).toEqual({ Add: 2, Relu: 1, 'com.example.Relu': 1 });
  });
});

/** A file with only this as its graph. */
function withGraph(graph: readonly number[]): Uint8Array {
  return Uint8Array.of(0x3a, graph.length, ...graph);
}

describe('a file that is no valid ONNX file is refused:', () => {
  const w = { name: 'w', dtype: 'float32', shape: [1], floats: [1] } as const;
  const deep = (levels: number): Uint8Array => {
    let inner = new Uint8Array();
    for (let level = 0; level < levels; level++) {
      const writer = new PbfWriter();
      // Alternately an attribute with a graph, and a node with that attribute.
      const field = [6, 5, 1][level % 3]!;
      writer.writeBytesField(field, inner);
      inner = new Uint8Array(writer.finish());
    }
    const writer = new PbfWriter();
    writer.writeBytesField(7, inner);
    return writer.finish();
  };
  it.each([
    ['no bytes', new Uint8Array(), /no graph/],
    ['text', new TextEncoder().encode('<!DOCTYPE html><html>404 not found</html>'), /Not a valid ONNX file/],
    ['a graph longer than the file', Uint8Array.of(0x3a, 5, 0x12), /said to have 5 bytes, and 1 are left/],
    ['a length of 2^63', Uint8Array.of(0x3a, ...new Array(9).fill(0xff), 1), /said to have -1 bytes/],
    ['a value longer than its message', withGraph([0x12, 9, 65]), /said to have 9 bytes, and 1 are left/],
    ['a number without end', Uint8Array.of(0x08, 0x80), /ends within a number/],
    ['a number of eleven bytes', Uint8Array.of(0x08, ...new Array(10).fill(0x80), 1), /more than ten bytes/],
    ['a field without number', Uint8Array.of(0x02, 0), /impossible number/],
    ['a field of wire type 3', Uint8Array.of(0x7b), /unknown wire type 3/],
    ['a fixed number beyond the end', Uint8Array.of(0x39 + 0x60, 0x01, 0, 0), /ends within a number/],
    ['a graph that is a number', Uint8Array.of(0x38, 1), /wrong kind/],
    ['a name that is not UTF-8', withGraph([0x12, 1, 0xff]), /not UTF-8/],
    ['a node without operator', withGraph([0x0a, 3, 0x1a, 1, 65]), /node 'A' names no operator/],
    ['messages in messages without end', deep(150), /nested deeper/],
    ['an unknown element type', withGraph([0x2a, 2, 0x10, 99]), /no element type 99/],
    ['two initialisers of one name', makeOnnx({ initializers: [w, w] }), /two initialisers 'w'/],
    ['a negative dimension', makeOnnx({ initializers: [{ ...w, shape: [-1] }] }), /impossible shape \[-1\]/],
    [
      'a product of dimensions that overflows',
      makeOnnx({ initializers: [{ ...w, shape: [2 ** 40, 2 ** 40] }] }),
      /impossible shape/,
    ],
    [
      'data in two fields',
      makeOnnx({ initializers: [{ ...w, raw: new Uint8Array(4) }] }),
      /'w' has its data twice/,
    ],
    [
      'external data without a place',
      makeOnnx({ initializers: [{ name: 'w', dtype: 'float32', shape: [1], external: {} }] }),
      /does not say in which file/,
    ],
    [
      'external data at a negative offset',
      makeOnnx({
        initializers: [
          { name: 'w', dtype: 'float32', shape: [1], external: { location: 'a', offset: '-4' } },
        ],
      }),
      /offset '-4'/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decodeModel(bytes)).toThrow(message);
    expect(() => decodeModel(bytes)).toThrow(expect.objectContaining({ code: 'PARSE' }));
  });
});
