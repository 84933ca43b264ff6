import { KdError } from 'kd-core';
import { resnet } from 'kd-models';
import { methodCatalog, methodShapes } from 'kd-train';
import { describe, expect, it } from 'vitest';
import { buildMethod, buildTerm } from './build-method.ts';
import type { MethodConfig } from './method-config.ts';

const inputShape = [8, 8, 1] as const;
const student = resnet({ depth: 8, widths: [2, 2, 3, 4], classes: 5, inputShape });
const teacher = resnet({ depth: 8, widths: [3, 3, 4, 5], classes: 5, inputShape });
const networks = methodShapes(student, [teacher]);

/** It reads what only face networks have. */
const forFaces = new Set(['embeddingDistillation']);

describe('a term of a configuration', () => {
  it('takes left-out taps from the networks, and given ones as they are', () => {
    expect(buildTerm({ name: 'attentionTransfer' }, networks).requires).toMatchObject({
      student: ['stage1', 'stage2', 'stage3'],
      teachers: [{ taps: ['stage1', 'stage2', 'stage3'] }],
    });
    const pairs = [{ student: 'stem', teacher: 'stage2' }];
    expect(buildTerm({ name: 'attentionTransfer', pairs }, networks).requires).toMatchObject({
      student: ['stem'],
      teachers: [{ taps: ['stage2'] }],
    });
    // A default of its own, which is the same in all networks.
    expect(buildTerm({ name: 'fitnet' }, networks).requires.student).toEqual(['stage2']);
  });

  it('says which stages do not pair', () => {
    const short = { ...networks, teachers: [{ ...networks.teachers[0]!, taps: { stage1: [8, 8, 3] } }] };
    expect(() => buildTerm({ name: 'attentionTransfer' }, short)).toThrow(
      /3 stages \(stage1 \[8, 8, 2\], .* and the teacher 1 \(stage1 \[8, 8, 3\]\)/,
    );
  });

  it('makes schedules, temperatures and logit transforms of data', () => {
    const at = { step: 5, epoch: 1, stepsPerEpoch: 4, totalSteps: 20 };
    const method = buildMethod(
      [
        {
          name: 'hinton',
          weight: {
            name: 'until',
            epoch: 1,
            before: 0.9,
            after: { name: 'linear', final: 0.5, initial: 0.5 },
          },
          temperature: { name: 'polynomial', initial: 8, final: 4, power: 1 },
        },
        {
          name: 'hinton',
          temperature: { name: 'curriculum', kind: 'global', epochs: 3 },
          logitTransform: { name: 'standardize' },
        },
      ],
      networks,
    );
    expect(method.scalars['hinton/weight']!(at)).toBe(0.5);
    expect(method.scalars['hinton/weight']!({ ...at, epoch: 0 })).toBe(0.9);
    expect(method.scalars['hinton/temperature']!(at)).toBeCloseTo(7, 10);
    expect(JSON.stringify(method.config)).toMatch(/curriculum/);
    expect(JSON.stringify(method.config)).toMatch(/standardize/);
  });

  it('names the method whose option it refuses', () => {
    const refused = (): unknown => buildTerm({ name: 'hinton', teacher: -1 }, networks);
    expect(refused).toThrow(KdError);
    expect(refused).toThrow(/^Method 'hinton': /);
  });

  it.each(Object.keys(methodCatalog).filter((name) => !forFaces.has(name)))(
    'needs no more than the name %s',
    (name) => {
      const method = buildTerm({ name } as MethodConfig, networks);
      for (const tap of method.requires.student) expect(networks.student.taps).toHaveProperty([tap]);
    },
  );
});
