import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ortCpu } from 'kd-backend-ort';
import { tfjsCpu } from 'kd-backend-tfjs';
import type { Backend } from 'kd-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runParity } from './run-parity.ts';

/** The fixtures of what exists so far; a new method adds its own. */
const supported = [
  /^losses\/(kd|kd_total|hint|at|at_paper)\.json$/,
  /^losses\/(ab|fsp|ft|ofd|mgd|vid)\.json$/,
  /^losses\/(crd|srrl|simkd|catkd)\.json$/,
  /^losses\/(tfkd|pskd|uskd|camkd|aekd)\.json$/,
  /^trajectory\/.*\.json$/,
  /^models\/(resnet\d+|mobilenetv2_\w+|wrn_\w+|vgg_\w+|shufflev[12]\w*)\.json$/,
  /^metrics\/(classification|lr_schedule)\.json$/,
];

const golden = join(process.env.KD_SHARED!, 'golden');
const fixtures = readdirSync(golden, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => supported.some((pattern) => pattern.test(path)));

describe.each([
  {
    id: tfjsCpu.id,
    provider: tfjsCpu,
    chosen: fixtures.filter((path) => !/^(trajectory|models)\//.test(path)),
  },
  // Whole networks take the reference backend minutes.
  { id: ortCpu.id, provider: ortCpu, chosen: fixtures },
])('values of reference implementations on $id', ({ provider, chosen }) => {
  const scratch = mkdtempSync(join(tmpdir(), 'kd-golden-'));
  let backend: Backend;
  beforeAll(async () => {
    backend = await provider.create();
  });
  afterAll(async () => {
    await backend.dispose();
    rmSync(scratch, { recursive: true });
  });

  test.each(chosen)('%s', async (fixture) => {
    const failures: string[] = [];
    let cases = 0;
    for await (const { name, outcome, comparisons, note } of runParity({
      backend,
      folder: single(fixture),
    })) {
      cases++;
      if (outcome !== 'pass') failures.push(JSON.stringify({ name, outcome, comparisons, note }));
    }
    expect(failures).toEqual([]);
    expect(cases).toBeGreaterThan(0);
  });

  /** A folder laid out like the whole one with one fixture in it; the tensor files it names come along. */
  function single(fixture: string): string {
    const root = join(scratch, fixture.replaceAll('/', '-'));
    const source = join(golden, dirname(fixture));
    mkdirSync(join(root, dirname(fixture)), { recursive: true });
    for (const file of readdirSync(source)) {
      if (file.endsWith('.safetensors') || fixture.endsWith(`/${file}`)) {
        symlinkSync(join(source, file), join(root, dirname(fixture), file));
      }
    }
    return root;
  }
});
