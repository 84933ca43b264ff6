import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright';
import { build, createServer, type InlineConfig, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findChromium } from '../lib/chromium.mjs';

const { folder, node } = inject('consumer');
const found = findChromium();

/** Says whether workers, those of the package and one of the user, give the batches of the same thread. */
const program = (startWorker: string): string => `
  import { prngKey } from 'kd-core';
  import { createLoader, digits, padCropFlip, parallelLoader, workerLoader } from 'kd-data';
  const options = { dataset: digits(), batchSize: 32, key: prngKey(1), transforms: [padCropFlip({ padding: 1 })] };
  const expected = createLoader(options).batch(3, 5).images.data.join();
  const workers = await parallelLoader({ ...options, workers: 2 });
  const mine = await workerLoader({ worker: () => ${startWorker}, options: { seed: 1 } });
  const answers = [];
  for (const loader of [workers, mine]) {
    answers.push((await loader.batch(3, 5)).images.data.join() === expected);
    await loader.dispose();
  }
`;
const workerProgram = `
  import { prngKey } from 'kd-core';
  import { createLoader, digits, padCropFlip, serveBatches } from 'kd-data';
  serveBatches(({ seed }) =>
    createLoader({ dataset: digits(), batchSize: 32, key: prngKey(seed), transforms: [padCropFlip({ padding: 1 })] }));
`;
const startWorker = "new Worker(new URL('./data-worker.mjs', import.meta.url), { type: 'module' })";

test('workers of the packed packages run in Node', async () => {
  const script = join(folder, 'workers.mjs');
  const head = "import { Worker } from 'node:worker_threads';";
  writeFileSync(script, `${head}${program(startWorker)} console.log(answers.join());`);
  writeFileSync(join(folder, 'data-worker.mjs'), workerProgram);
  const { stdout } = await promisify(execFile)(node, [script], { cwd: folder });
  expect(stdout).toBe('true,true\n');
});

describe.skipIf(found === undefined)('workers of the packed packages run in a browser', () => {
  const root = join(folder, 'workers-page');
  const settings: InlineConfig = { root, logLevel: 'error', worker: { format: 'es' } };
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(root);
    writeFileSync(join(root, 'index.html'), '<script type="module" src="./main.mjs"></script>');
    writeFileSync(join(root, 'main.mjs'), `${program(startWorker)} document.title = answers.join();`);
    writeFileSync(join(root, 'data-worker.mjs'), workerProgram);
    browser = await chromium.launch({ executablePath: found!.executable, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function titleOf(url: string): Promise<string> {
    const page = await browser.newPage();
    try {
      await page.goto(url);
      await page.waitForFunction('document.title !== ""', undefined, { timeout: 60_000 });
      return await page.title();
    } finally {
      await page.close();
    }
  }

  test('served by Vite', async () => {
    const server = await createServer({ ...settings, server: { port: 0 } });
    await server.listen();
    expect(await titleOf(server.resolvedUrls!.local[0]!)).toBe('true,true');
    await server.close();
  });

  test('bundled by Vite', async () => {
    await build({ ...settings, build: { target: 'es2023' } });
    const server = await preview({ ...settings, preview: { port: 0 } });
    expect(await titleOf(server.resolvedUrls!.local[0]!)).toBe('true,true');
    await server.close();
  });
});
