import {
  encodeSafetensors,
  type HostTensor,
  openSafetensors,
  streamSafetensors,
  type TensorFile,
} from 'kd-core';
import { describe, expect, it, test } from 'vitest';
import { pthFixture } from '../testing/pth-fixture.ts';
import { openPyTorchFile } from './open-pytorch-file.ts';

async function readAll(file: TensorFile): Promise<Record<string, HostTensor>> {
  const tensors: Record<string, HostTensor> = {};
  for (const { name } of file.entries) tensors[name] = await file.read(name);
  return tensors;
}

const numbers = (...values: number[]): Float32Array => Float32Array.from(values);

describe.each(['zip', 'legacy'])('a %s file', (format) => {
  it('gives views of one storage as PyTorch shows them', async () => {
    const bytes = pthFixture(`views-${format}`);
    for (const source of [bytes, new Blob([bytes])]) {
      const file = await openPyTorchFile(source);
      expect(file.entries.map(({ name, shape }) => [name, shape])).toEqual([
        ['whole', [4, 6]],
        ['transposed', [6, 4]],
        ['column', [4]],
        ['block', [2, 3]],
        ['permuted', [4, 2, 3]],
        ['tail', [4]],
        ['scalar', []],
        ['empty', [0, 3]],
        ['one', [1, 3]],
      ]);
      const tensors = await readAll(file);
      const counted = Array.from({ length: 24 }, (_, index) => index);
      expect(tensors.whole?.data).toEqual(numbers(...counted));
      expect(tensors.transposed?.data).toEqual(
        numbers(...counted.map((i) => (i % 4) * 6 + Math.floor(i / 4))),
      );
      expect(tensors.column?.data).toEqual(numbers(2, 8, 14, 20));
      expect(tensors.block?.data).toEqual(numbers(7, 9, 11, 13, 15, 17));
      // Element [i, j, k] of the permuted view is element [j, k, i] of [2, 3, 4].
      expect(tensors.permuted?.data).toEqual(
        numbers(...counted.map((at) => (Math.floor(at / 3) % 2) * 12 + (at % 3) * 4 + Math.floor(at / 6))),
      );
      expect(tensors.tail?.data).toEqual(numbers(20, 21, 22, 23));
      expect(tensors.scalar?.data).toEqual(numbers(7));
      expect(tensors.empty?.data).toEqual(numbers());
      expect(tensors.one?.data).toEqual(numbers(3, 4, 5));
    }
  });

  it('gives every type that this SDK computes with', async () => {
    const file = await openPyTorchFile(pthFixture(`types-${format}`));
    expect(Object.fromEntries(file.entries.map(({ name, storedAs }) => [name, storedAs]))).toEqual({
      float64: 'F64',
      float32: 'F32',
      float16: 'F16',
      bfloat16: 'BF16',
      int64: 'I64',
      int32: 'I32',
      int16: 'I16',
      int8: 'I8',
      uint8: 'U8',
      bool: 'BOOL',
    });
    for (const [name, { data, dtype }] of Object.entries(await readAll(file))) {
      if (name === 'bool') expect(data).toEqual(Uint8Array.of(0, 1, 1, 0));
      else if (name === 'uint8') expect(data).toEqual(Int32Array.of(0, 1, 2, 200));
      else expect(Array.from(data)).toEqual([0, 1, -2, 100]);
      expect(dtype).toBe(name.includes('float') ? 'float32' : name === 'bool' ? 'bool' : 'int32');
    }
  });

  it('is found in a checkpoint, and loses what DataParallel puts before its names', async () => {
    const names = ['conv.weight', 'conv.bias', 'norm.weight', 'norm.bias', 'norm.running_mean'].concat([
      'norm.running_var',
      'norm.num_batches_tracked',
      'fc.weight',
      'fc.bias',
    ]);
    const parallel = await openPyTorchFile(pthFixture(`parallel-${format}`));
    const checkpoint = await openPyTorchFile(pthFixture(`checkpoint-${format}`));
    expect(parallel.entries.map(({ name }) => name)).toEqual(names);
    expect(await readAll(checkpoint)).toEqual(await readAll(parallel));
  });

  it('that names a class is refused by its name', async () => {
    await expect(openPyTorchFile(pthFixture(`namespace-${format}`))).rejects.toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringContaining("'argparse.Namespace'"),
        details: { global: 'argparse.Namespace' },
      }),
    );
  });
});

test('the protocol of the pickle does not matter', async () => {
  const files = ['types-zip', 'types-protocol4-zip'].map((name) => openPyTorchFile(pthFixture(name)));
  const [second, fourth] = await Promise.all(files);
  expect(await readAll(fourth!)).toEqual(await readAll(second!));
});

test('parameters are tensors', async () => {
  const { entries } = await openPyTorchFile(pthFixture('parameters-zip'));
  expect(entries.map(({ name }) => name)).toEqual([
    'conv.weight',
    'conv.bias',
    'norm.weight',
    'norm.bias',
    'fc.weight',
    'fc.bias',
  ]);
});

test.each([
  ['numpy-zip', /'numpy\.core\.multiarray\.scalar'/],
  ['module-zip', /'torch\.nn\.modules\.linear\.Linear'.*state_dict\(\)/],
  ['complex-zip', /'torch\.ComplexFloatStorage'/],
  ['expanded-zip', /size \[1000\], but a storage of 1 elements.*contiguous/],
  ['torchscript-zip', /TorchScript/],
])('%s is refused with its reason', async (name, message) => {
  await expect(openPyTorchFile(pthFixture(name))).rejects.toThrow(
    expect.objectContaining({ code: 'UNSUPPORTED', message: expect.stringMatching(message) }),
  );
});

test('several state dicts are told apart by their keys', async () => {
  const bytes = pthFixture('two-zip');
  await expect(openPyTorchFile(bytes)).rejects.toThrow(
    expect.objectContaining({
      code: 'INVALID_ARGUMENT',
      details: { keys: ['teacher', 'ema/student'] },
      message: expect.stringMatching(/'teacher', 'ema\/student'.*`key`/),
    }),
  );
  const student = await openPyTorchFile(bytes, { key: 'ema/student' });
  const checkpoint = await openPyTorchFile(pthFixture('checkpoint-zip'));
  expect(await readAll(student)).toEqual(await readAll(checkpoint));
  await expect(openPyTorchFile(bytes, { key: 'student' })).rejects.toThrow(
    /under the key 'student'.*'teacher'/,
  );
  await expect(openPyTorchFile(pthFixture('tensor-zip'))).rejects.toThrow(/does not hold one state dict/);
});

test('the tensors of one file are the tensors of another', async () => {
  const file = await openPyTorchFile(pthFixture('checkpoint-zip'));
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of streamSafetensors(file)) chunks.push(chunk);
  const again = await openSafetensors(new Blob(chunks));
  const tensors = await readAll(file);
  expect(await readAll(again)).toEqual(tensors);
  expect(Buffer.concat(chunks).equals(encodeSafetensors(tensors))).toBe(true);
});

test('only what is asked for is read', async () => {
  const blob = new Blob([pthFixture('checkpoint-zip')]);
  const file = await openPyTorchFile(blob);
  const read: number[] = [];
  const slice = Blob.prototype.arrayBuffer;
  Blob.prototype.arrayBuffer = function (this: Blob) {
    read.push(this.size);
    return slice.call(this);
  };
  try {
    expect((await file.read('fc.bias')).shape).toEqual([2]);
  } finally {
    Blob.prototype.arrayBuffer = slice;
  }
  // The local header of the storage, and its two floats.
  expect(read).toEqual([30, 8]);
});
