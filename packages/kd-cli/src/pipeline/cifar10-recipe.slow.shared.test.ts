import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ortCpu } from 'kd-backend-ort';
import { expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { fakeHost } from '../testing/fake-host.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const recipe = join(root, 'recipes', 'cifar10', 'resnet56-resnet8.ts');

async function distill(...argv: string[]) {
  const host = fakeHost({ cwd: root, backends: [ortCpu] });
  const code = await runCli(['distill', recipe, ...argv], host);
  return { code, out: host.out(), err: host.err() };
}

// The recipe names its data beside the repository.
it.runIf(existsSync(join(root, '..', 'shared', 'data', 'cifar10-jpeg')))(
  'the recipe on CIFAR-10 reads the images and the teacher of others, and makes steps',
  async () => {
    const plan = await distill('--plan');
    expect(plan.err).not.toContain('Error');
    expect(plan.out).toMatch(
      /49000 samples to train on, 1000 to validate, 8000 to test; 32x32x3, 10 classes/,
    );
    expect(plan.out).toMatch(/resnet56-a, 85\d k parameters/);
    expect(plan.out).toMatch(/196 k outputs of the teacher, of 4 images of each sample/);
    const dry = await distill('--dry-run', '3');
    expect(dry.out).toMatch(/^3 steps of the student, .*: loss \d/);
  },
);
