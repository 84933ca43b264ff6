import { dynamicLossScale } from 'kd-train';
import { describe, expect, it } from 'vitest';
import { buildTraining } from './build-training.ts';
import { trainingSchema } from './training-schema.ts';

const at = { step: 5, epoch: 5, stepsPerEpoch: 1, totalSteps: 10 };

describe('training of a configuration', () => {
  it('becomes options of the trainer', () => {
    const config = trainingSchema.parse({
      gradientClipping: { norm: { name: 'linear', initial: 4, final: 2 } },
      accumulation: 2,
      averaging: { decay: 0.999, from: 10 },
      lossScale: 'dynamic',
      nonFinite: 'reduceLossScale',
      monitors: { gradientNorm: { parts: true }, deadUnits: true },
      select: { metric: 'top1', on: 'test' },
      earlyStopping: { metric: 'nll', patience: 3 },
    });
    const { gradientClipping, lossScale, ...rest } = buildTraining(config);
    expect((gradientClipping as { norm: (when: typeof at) => number }).norm(at)).toBeCloseTo(3, 1);
    expect((lossScale as ReturnType<typeof dynamicLossScale>).describe()).toEqual(
      dynamicLossScale().describe(),
    );
    expect(rest).toEqual({
      accumulation: 2,
      averaging: { decay: 0.999, from: 10 },
      nonFinite: 'reduceLossScale',
      monitors: { gradientNorm: { parts: true }, deadUnits: true },
      select: { metric: 'top1' },
      earlyStopping: { metric: 'nll', patience: 3 },
    });
    expect(buildTraining()).toEqual({});
  });

  it.each([
    { averaging: { decay: 1 } },
    { averaging: {} },
    { gradientClipping: { norm: 0 } },
    { accumulation: 0 },
    { nonFinite: { policy: 'skip', limit: 0 } },
    { monitors: { deadUnits: { share: 2 } } },
    { earlyStopping: { metric: 'nll' } },
    { select: { metric: 'top1', on: 'train' } },
  ])('is refused where it is out of range: %j', (config) => {
    expect(trainingSchema.safeParse(config).success).toBe(false);
  });
});
