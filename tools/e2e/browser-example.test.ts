import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright';
import { build, createServer, preview } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../lib/chromium.mjs';
import { root } from '../lib/workspace.mjs';

const folder = join(root, 'examples', 'browser');
const found = findChromium();

// Against the built packages of the workspace, as someone does who has cloned it.
describe.skipIf(found === undefined)('example browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: found!.executable, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  async function visit(
    url: string,
  ): Promise<{ backend: string | null; result: string | null; errors: string[] }> {
    const page = await browser.newPage({ viewport: { width: 800, height: 1000 } });
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`${url}?backend=ort-wasm`);
    const status = page.getByRole('status').filter({ hasText: /\w/ });
    await status.waitFor({ timeout: 120_000 });
    const picture = process.env.KD_EXAMPLE_SCREENSHOT;
    if (picture !== undefined) await page.screenshot({ path: picture });
    const backend = await page.locator('#backend').textContent();
    const result = await status.textContent();
    await page.close();
    return { backend, result, errors };
  }

  function expectDistilled({ backend, result, errors }: Awaited<ReturnType<typeof visit>>): void {
    expect(errors).toEqual([]);
    expect(result).toMatch(/top-1 0\.\d{3}$/);
    expect(Number(result!.slice(-5))).toBeGreaterThan(0.8);
    // Alone on the line: a page that is not isolated would say that it has one thread, and why.
    expect(backend).toMatch(/^ort-wasm on WebAssembly, threads: \d+$/);
  }

  test('runs from its sources', async () => {
    const server = await createServer({ root: folder, logLevel: 'error', server: { port: 0 } });
    await server.listen();
    expectDistilled(await visit(server.resolvedUrls!.local[0]!));
    await server.close();
  });

  test('runs bundled, without a module of Node', async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'kd-example-'));
    const settings = { root: folder, logLevel: 'error', build: { outDir, emptyOutDir: true } } as const;
    await build(settings);
    const server = await preview({ ...settings, preview: { port: 0 } });
    expectDistilled(await visit(server.resolvedUrls!.local[0]!));
    await server.close();
    await rm(outDir, { recursive: true });
  });
});
