// The training step of resnet20 in Chromium (WebAssembly) against ort-cpu in Node, in turns. See README.md.
import { parseArgs } from 'node:util';
import { chromium } from 'playwright';
import { chromiumPlace, findChromium } from '../tools/lib/chromium.mjs';
import { openStep } from './browser/open-step.mjs';
import { servePage } from './browser/serve.mjs';
import { median } from './lib/statistics.mjs';

const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
  },
});
const threads = Number(values.threads);
const found = findChromium();
if (found === undefined) throw new Error(`There is no browser: this needs ${chromiumPlace}.`);

const { url, close } = await servePage();
const browser = await chromium.launch({ executablePath: found.executable, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(url);
  await page.waitForFunction(() => globalThis.openStep !== undefined);
  const device = await page.evaluate((options) => globalThis.openStep(options), {
    engine: 'ort-wasm',
    threads,
  });
  const native = await openStep({ engine: 'ort-cpu', threads });
  const sides = {
    'ort-cpu': () => native.makeStep(),
    'ort-wasm': () => page.evaluate(() => globalThis.makeStep()),
  };
  const times = { 'ort-cpu': [], 'ort-wasm': [] };
  // The first step compiles, and gives the loss of the same weights on both sides.
  const first = [];
  for (const side of Object.values(sides)) first.push((await side()).loss);
  const difference = Math.abs(first[0] - first[1]);
  // The browser optimises its code during the next ones.
  for (const side of Object.values(sides)) for (let warmUp = 0; warmUp < 2; warmUp++) await side();
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, step] of Object.entries(sides)) {
      // The first of a turn finds the caches of the other side.
      await step();
      times[name].push((await step()).milliseconds);
    }
  }
  const [cpu, wasm] = Object.values(times).map(median);
  console.log(`Chromium ${browser.version()}, ${device.threads} threads; Node, ${threads} threads`);
  for (const [name, all] of Object.entries(times)) console.log(`${name}  ${median(all).toFixed(0)} ms`);
  console.log(`ratio ort-wasm / ort-cpu  ${(wasm / cpu).toFixed(2)}`);
  console.log(`difference of the first losses  ${difference.toExponential(1)}`);
} finally {
  await browser.close();
  close();
}
// The sessions in this process need no goodbye.
process.exit();
