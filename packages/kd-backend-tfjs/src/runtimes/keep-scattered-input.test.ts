import { type Tensor1D, type Tensor2D, tensorScatterUpdate } from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { expect, it } from 'vitest';
import { createTfjsBackend } from '../index.ts';

it('a tensor that is updated at some places stays as it is', async () => {
  const backend = await createTfjsBackend();
  const scatter = backend.compile(
    ({ memory, places, news }: { memory: Tensor1D; places: Tensor2D; news: Tensor1D }) => ({
      updated: tensorScatterUpdate(memory, places, news),
    }),
  );
  const host = {
    memory: new HostTensor(Float32Array.of(1, 2, 3), [3]),
    places: new HostTensor(Int32Array.of(2, 0), [2, 1]),
    news: new HostTensor(Float32Array.of(7, 8), [2]),
  };
  const device = await backend.upload(host);
  for (let run = 0; run < 2; run++) {
    const { updated } = await backend.download(await scatter(device as never));
    expect([...(updated as HostTensor).data]).toEqual([8, 2, 7]);
    expect([...(await backend.download(device)).memory.data]).toEqual([1, 2, 3]);
  }
});
