import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSafetensors, openSafetensors, prngKey } from 'kd-core';
import { exportPyTorchWeights, resnet } from 'kd-models';
import { expect, it } from 'vitest';
import { encodeNetwork } from './network-file.ts';
import { readWeights } from './read-weights.ts';

const model = resnet({ depth: 8, widths: [2, 2, 3, 4], classes: 3, inputShape: [8, 8, 1] });
const variables = model.init(prngKey(7));

async function fileWith(bytes: Uint8Array): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'kd-weights-')), 'teacher.safetensors');
  await writeFile(path, bytes);
  return path;
}

it('reads what kd has written, which says how images were normalised', async () => {
  const bytes = encodeNetwork(model, variables, { mean: [0.5], standardDeviation: [0.25] });
  expect(await readWeights(await fileWith(bytes), model)).toEqual(variables);
  const { metadata } = await openSafetensors(bytes);
  expect(metadata).toMatchObject({ mean: '[0.5]', std: '[0.25]', model: model.name });
});

it('reads the names and layouts of PyTorch', async () => {
  const bytes = encodeSafetensors(exportPyTorchWeights({ model, variables }));
  expect(await readWeights(await fileWith(bytes), model)).toEqual(variables);
});

it('says which file does not fit, and how', async () => {
  const path = await fileWith(encodeNetwork(model, variables));
  const other = resnet({ depth: 8, widths: [2, 2, 3, 4], classes: 5, inputShape: [8, 8, 1] });
  const failure = readWeights(path, other);
  await expect(failure).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' });
  await expect(failure).rejects.toThrow(`${path}: `);
  await expect(failure).rejects.toThrow(/with 3 classes/);
  await expect(readWeights(`${path}.pth`, model)).rejects.toMatchObject({ code: 'STORAGE' });
});
