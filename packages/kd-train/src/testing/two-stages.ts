import { fitnet, type Method, type WarmUp } from '../index.ts';

/** A hint that is taught alone first, and goes on with the regressor that it has learned. */
export function twoStages(changes: Partial<WarmUp> = {}): Method {
  const hint = fitnet({ studentTap: 'feature', teacherTap: 'feature' });
  return {
    ...hint,
    name: 'twoStages',
    config: { name: 'twoStages' },
    warmUp: { method: hint, epochs: 2, keepsStudent: true, ...changes },
    init: (key, shapes, warmedUp) => warmedUp ?? hint.init(key, shapes),
  };
}
