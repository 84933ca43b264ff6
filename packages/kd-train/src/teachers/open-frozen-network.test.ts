import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, HostTensor, prngKey, randomUniform } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileForward, openFrozenNetwork } from '../index.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const model = tinyNetwork({ channels: 3 });
const variables = model.init(prngKey(7));
const images = randomUniform(prngKey(8), [6, 4, 4, 1]);
const first = (count: number): HostTensor =>
  new HostTensor(images.data.slice(0, count * 16), [count, 4, 4, 1]);

describe('openFrozenNetwork', () => {
  it('gives what the network gives, for batches of any size', async () => {
    const forward = compileForward({ backend, model });
    const { logits } = await backend.download({ logits: await forward.logits(variables, images) });
    const frozen = await openFrozenNetwork({ backend, model, variables, taps: ['pooled'] });
    for (const count of [5, 1, 2, 3, 6]) {
      const output = await frozen.run(first(count));
      expect(output.logits.shape).toEqual([count, 3]);
      expect([...output.logits.data]).toEqual([...logits.data.slice(0, count * 3)]);
      expect(output.taps.pooled!.shape).toEqual([count, 3]);
    }
    expect(frozen.taps).toEqual({ pooled: [3] });
    await forward.dispose();
    await frozen.dispose();
  });

  it('has a fingerprint that stands for its weights', async () => {
    const fingerprint = async (seed: number) =>
      (await openFrozenNetwork({ backend, model, variables: model.init(prngKey(seed)) })).fingerprint;
    expect(await fingerprint(7)).toBe(await fingerprint(7));
    expect(await fingerprint(7)).not.toBe(await fingerprint(8));
  });

  it('leaves nothing on the backend', async () => {
    const frozen = await openFrozenNetwork({ backend, model, variables, taps: ['feature'] });
    const before = backend.memory().tensors;
    await frozen.run(first(4));
    expect(backend.memory().tensors).toBe(before);
  });

  it('refuses taps that the network does not have', async () => {
    await expect(openFrozenNetwork({ backend, model, variables, taps: ['stage9'] })).rejects.toThrow(
      /no tap 'stage9'. It has feature, pooled/,
    );
  });
});
