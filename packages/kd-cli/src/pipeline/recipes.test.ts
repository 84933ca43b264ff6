import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createOrtBackend } from 'kd-backend-ort';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { rehearse } from '../testing/rehearse.ts';
import { planDistillation } from './plan.ts';

const folder = join(import.meta.dirname, '../../../../recipes/digits');
const recipes = readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'common.ts');

describe('recipes for digits', () => {
  it.each(recipes)('%s runs, warm-up included', async (file) => {
    const plan = await planDistillation(await loadConfig(join(folder, file)));
    const backend = await createOrtBackend({ threads: 1 });
    const { losses, stage, step } = await rehearse(plan, backend);
    await backend.dispose();
    expect({ stage, step }).toEqual({ stage: 'main', step: 3 });
    const { method, source } = plan.student;
    expect(losses).toHaveLength(3 + (method.warmUp === undefined ? 0 : Math.min(3, source.stepsPerEpoch)));
    expect(losses.every(Number.isFinite)).toBe(true);
  });
});
