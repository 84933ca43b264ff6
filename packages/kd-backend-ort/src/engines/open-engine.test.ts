import { expect, it } from 'vitest';
import { createOrtBackend, type OrtEngineId } from '../index.ts';

it.each(['ort-gpu', 'toString', ''])("'%s' is refused with the known engines", async (engine) => {
  await expect(createOrtBackend({ engine: engine as OrtEngineId })).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: `There is no engine '${engine}'; known: ort-cpu, ort-cuda, ort-webgpu, ort-wasm.`,
  });
});
