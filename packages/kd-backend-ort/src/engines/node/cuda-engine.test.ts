import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createOrtBackend, ortCuda } from '../../index.ts';

// Where the add-on is installed there is nothing to complain about.
const { available, reason } = await ortCuda.probe();

it.skipIf(available)('ort-cuda says what is missing, and the command that installs it exists', async () => {
  await expect(createOrtBackend({ engine: 'ort-cuda' })).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: `ort-cuda cannot run here: ${reason}`,
  });
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  expect(reason).toContain('libonnxruntime_providers_cuda.so');
  const script = /node (\S+) --onnxruntime-node-install=cuda12/.exec(reason)?.[1];
  expect(existsSync(script!)).toBe(true);
});
