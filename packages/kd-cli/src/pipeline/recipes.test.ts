import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createOrtBackend } from 'kd-backend-ort';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { dryRun } from './dry-run.ts';
import { planDistillation } from './plan.ts';

const folder = join(import.meta.dirname, '../../../../recipes/digits');
const recipes = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'common.ts');

describe('recipes for digits', () => {
  it.each(recipes)('%s makes three steps, after some of its warm-up', async (file) => {
    const plan = await planDistillation(await loadConfig(join(folder, file)));
    const backend = await createOrtBackend({ threads: 1 });
    const { steps, loss } = await dryRun(plan, { backend, steps: 3 });
    await backend.dispose();
    expect(steps).toBe(3);
    expect(Number.isFinite(loss)).toBe(true);
  });
});
