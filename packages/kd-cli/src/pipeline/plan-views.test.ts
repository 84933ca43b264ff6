import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.ts';
import { planDistillation } from './plan.ts';

const recipe = join(import.meta.dirname, '../../../../recipes/digits/crd-modality.ts');

it('refuses a view of the teacher that nothing gives, before the teacher is trained', async () => {
  const config = await loadConfig(recipe);
  await expect(planDistillation(config)).resolves.toBeDefined();
  const elsewhere = { ...config, teacher: { ...config.teacher, view: 'depth' } };
  await expect(planDistillation(elsewhere)).rejects.toThrow(/the view 'depth', but the source gives covered/);
  const { view: _, ...teacher } = config.teacher;
  await expect(planDistillation({ ...config, teacher })).rejects.toThrow(/'sum' teaches from one view/);
});
