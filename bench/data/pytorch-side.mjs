import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Side } from '../lib/side.mjs';
import { batchSize } from './loading.mjs';

const script = fileURLToPath(new URL('pytorch/loaders.py', import.meta.url));

/** PyTorch's loader over the same images and files, in a process of its own that waits while it is not asked. */
export async function openPyTorchSide(python, { dataset, files }) {
  const folder = await mkdtemp(join(tmpdir(), 'kd-bench-'));
  const { pixels, labels } = dataset.spec.options;
  await writeFile(join(folder, 'pixels.bin'), pixels);
  await writeFile(join(folder, 'labels.bin'), labels);
  await writeFile(join(folder, 'files.bin'), Buffer.concat(files));
  await writeFile(join(folder, 'lengths.json'), JSON.stringify(files.map(({ length }) => length)));
  const side = new Side('PyTorch', python, [script, folder, String(batchSize)]);
  const { description, loaderName, decoderName } = await side.ready();
  return {
    description,
    loaderName,
    decoderName,
    ask: (request) => side.ask(request),
    async stop() {
      await side.stop();
      await rm(folder, { recursive: true });
    },
  };
}
