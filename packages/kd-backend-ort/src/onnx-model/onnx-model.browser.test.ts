import { HostTensor } from 'kd-core';
import { makeOnnx } from 'kd-third-party-models/make-onnx';
import { expect, it } from 'vitest';
import { describeOnnx } from './describe-onnx.ts';
import { onnxModel } from './onnx-model.ts';

const file = makeOnnx({
  inputs: [{ name: 'image', dtype: 'float16', shape: [2, 3, 1, 'w'] }],
  outputs: [{ name: 'logits', dtype: 'float16' }],
  nodes: [
    { op: 'Relu', inputs: ['image'], outputs: ['map'] },
    { op: 'Flatten', inputs: ['map'], outputs: ['flat'] },
    { op: 'Cast', inputs: ['weight'], outputs: ['half'], attributes: { to: 10 } },
    { op: 'MatMul', inputs: ['flat', 'half'], outputs: ['logits'] },
  ],
  initializers: [{ name: 'weight', dtype: 'float32', shape: [3, 2], external: { location: 'weights.bin' } }],
});
const weights = new Blob([Float32Array.of(1, 2, 3, 4, 5, 6)]);

it('an ONNX file of a page is a frozen model, with its weights from another file', async () => {
  const source = new Blob([file as Uint8Array<ArrayBuffer>]);
  expect((await describeOnnx(source)).externalData).toEqual(['weights.bin']);
  const model = await onnxModel(source, {
    inputShape: [1, 1, 3],
    taps: { map: 'map' },
    externalData: { 'weights.bin': weights },
  });
  // Three images for a file that takes two at a time.
  const images = new HostTensor(Float32Array.of(1, 10, 100, -1, 0, 1, 0.5, 0.5, 0.5), [3, 1, 1, 3]);
  const { logits, taps } = await model.run(images);
  expect([...logits.data]).toEqual([531, 642, 5, 6, 4.5, 6]);
  expect(taps.map).toMatchObject({ shape: [3, 1, 1, 3] });
  await model.dispose();
});

it('a page has no paths', async () => {
  await expect(onnxModel('teacher.onnx')).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringMatching(/Only Node can open the path 'teacher\.onnx'.*blob\(\)/),
  });
});
