import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { superviseSpecs } from './supervise-specs.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-specs-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = { backend: 'none', withoutSyncReads: false, filter: '', specTimeoutMilliseconds: 1000 };

/** A program with five specs, of which the second one does `bad`. */
async function program(bad: string): Promise<string> {
  const path = join(folder, `${Math.random()}.mjs`);
  await writeFile(
    path,
    `const { after } = JSON.parse(process.argv[2]);
    for (let spec = 0; spec < 5; spec++) {
      if (spec <= after) continue;
      process.send({ kind: 'started', spec, name: 'spec ' + spec });
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (spec === 1) { ${bad} }
      const result = { name: 'spec ' + spec, outcome: 'passed', messages: [], milliseconds: 20 };
      process.send({ kind: 'done', spec, result });
    }
    process.send({ kind: 'warning', text: 'slow' });
    process.send({ kind: 'end' });
    process.disconnect();`,
  );
  return path;
}

const outcomes = (results: readonly { outcome: string }[]): string[] => results.map(({ outcome }) => outcome);

it('gives the results of all specs, each as it comes in', async () => {
  const seen: string[] = [];
  const warnings: string[] = [];
  const results = await superviseSpecs(await program(''), options, {
    onResult: ({ name }) => seen.push(name),
    onWarning: (text) => warnings.push(text),
  });
  expect(outcomes(results)).toEqual(new Array(5).fill('passed'));
  expect(seen).toEqual(results.map(({ name }) => name));
  expect(warnings).toEqual(['slow']);
});

it.each([
  ['ends the process', 'console.error("out of memory"); process.exit(3);', /code 3.*out of memory/s],
  [
    'is killed',
    'process.kill(process.pid, "SIGFPE"); await new Promise(() => setInterval(() => 0, 1e6));',
    /SIGFPE/,
  ],
  ['never returns', 'for (;;);', /Did not return within 1500 ms/],
])('counts a spec that %s as failed and goes on with the next', async (_what, bad, message) => {
  const results = await superviseSpecs(await program(bad), options);
  expect(outcomes(results)).toEqual(['passed', 'failed', 'passed', 'passed', 'passed']);
  expect(results[1]).toMatchObject({ name: 'spec 1', messages: [expect.stringMatching(message)] });
});

it('says why nothing could be run', async () => {
  const path = join(folder, 'broken.mjs');
  await writeFile(path, 'throw new Error("no such library");');
  await expect(superviseSpecs(path, options)).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: expect.stringContaining('no such library'),
  });
});
