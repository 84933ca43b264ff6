import {
  add,
  findBackendFactory,
  getBackend,
  removeBackend,
  setBackend,
  square,
  type Tensor,
  tensor1d,
  unique,
} from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { afterEach, expect, it, vi } from 'vitest';
import { createOrtBackend, registerTfjsBackend, useBackend } from '../index.ts';

afterEach(() => {
  vi.restoreAllMocks();
  if (findBackendFactory('ort-cpu') != null) removeBackend('ort-cpu');
});

it('makes an engine the current backend of tfjs', async () => {
  await useBackend('ort-cpu', { threads: 1 });
  expect(getBackend()).toBe('ort-cpu');
  expect([...(await square(tensor1d([3])).data())]).toEqual([9]);
  await useBackend('ort-cpu');
  expect(getBackend()).toBe('ort-cpu');
});

it('makes an engine known, so that tfjs can switch to it and back, with its tensors', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  registerTfjsBackend('ort-cpu');
  registerTfjsBackend('ort-cpu');
  expect(warn).not.toHaveBeenCalled();
  await setBackend('ort-cpu');
  const x = square(tensor1d([3]));
  await x.data();
  await setBackend('cpu');
  const y = square(x);
  expect([...y.dataSync()]).toEqual([81]);
  await setBackend('ort-cpu');
  expect([...(await square(y).data())]).toEqual([6561]);
});

it('leaves compiled functions alone, and is left alone by them', async () => {
  await useBackend('ort-cpu', { threads: 1 });
  const pending = square(tensor1d([3]));
  const compiling = await createOrtBackend({ threads: 1 });
  const double = compiling.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }));
  const { y } = await compiling.download(await double({ x: new HostTensor(Float32Array.of(4), [1]) }));
  expect([...y.data]).toEqual([8]);
  expect(getBackend()).toBe('ort-cpu');
  expect([...(await square(pending).data())]).toEqual([81]);
  await compiling.dispose();
});

it('warns of a kernel without an ONNX form once, by name', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await useBackend('ort-cpu');
  unique(tensor1d([1, 2]));
  unique(tensor1d([1, 2]));
  expect(warn.mock.calls).toEqual([[expect.stringMatching(/'Unique'.*ort-cpu/)]]);
});

it('refuses an engine that does not exist', async () => {
  const refused = { code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining("'ort-abacus'") };
  expect(() => registerTfjsBackend('ort-abacus' as never)).toThrow(expect.objectContaining(refused));
  await expect(useBackend('ort-abacus' as never)).rejects.toMatchObject(refused);
  registerTfjsBackend('ort-cpu');
});

it('says why an engine cannot be opened', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  await expect(useBackend('ort-cpu', { threads: 0 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
    message: expect.stringContaining('threads'),
  });
  await useBackend('ort-cpu', { threads: 1 });
  expect(getBackend()).toBe('ort-cpu');
});
