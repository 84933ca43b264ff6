import { type MadeGraph, makeOnnx } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { onnxModel } from './onnx-model.ts';
import { echo } from './testing/use-model.ts';

describe('graphs that are no models of images are refused:', () => {
  const image = { name: 'image', dtype: 'float32', shape: ['n', 3, 4, 4] } as const;
  const flatten = { op: 'Flatten', inputs: ['image'], outputs: ['logits'] };
  const logits = { name: 'logits', dtype: 'float32' } as const;
  it.each<[string, MadeGraph, RegExp]>([
    ['no input', { outputs: [logits], nodes: [flatten] }, /takes no input/],
    [
      'two inputs',
      { inputs: [image, { name: 'mask', dtype: 'bool' }], outputs: [logits], nodes: [flatten] },
      /takes 2 inputs: 'image' \(float32 \[n, 3, 4, 4\]\), 'mask' \(bool of unknown rank\)/,
    ],
    [
      'two outputs',
      { inputs: [image], outputs: [logits, { name: 'boxes' }], nodes: [flatten] },
      /has 2 outputs: 'logits' .*, 'boxes' \(type unknown of unknown rank\).*logits:/,
    ],
    [
      'rank 2',
      { inputs: [{ ...image, shape: ['n', 3] }], outputs: [logits], nodes: [flatten] },
      /float32 \[n, 3\]/,
    ],
    ['integers', { inputs: [{ ...image, dtype: 'int64' }], outputs: [logits], nodes: [flatten] }, /int64/],
    [
      'channels that tell no layout',
      { inputs: [{ ...image, shape: ['n', 'a', 'b', 'c'] }], outputs: [logits], nodes: [flatten] },
      /Both layouts fit.*\[n, a, b, c\]/,
    ],
  ])('%s', async (_, graph, message) => {
    await expect(onnxModel(makeOnnx(graph))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('a path without a file', async () => {
    await expect(onnxModel('/no/such/teacher.onnx')).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('metadata that the format does not define', async () => {
    const file = echo('float32', ['n', 3, 2, 2], { metadata: { 'Image.NominalPixelRange': 'toString' } });
    await expect(onnxModel(file)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  });
});
