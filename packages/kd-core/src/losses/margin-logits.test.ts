import { mul, type Scalar, sum, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, toValues, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { type HardCases, type MarginLogitsOptions, type Margins, marginLogits } from './margin-logits.ts';

const ARC_FACE: Margins = { angular: 0.5 };
const COS_FACE: Margins = { subtractive: 0.35 };
const ALL_THREE: Margins = { multiplicative: 1.2, angular: 0.3, subtractive: 0.15 };
const SPHERE_FACE: Margins = { multiplicative: 1.5 };

/** By the papers' equations, of one cosine. */
function lowered(cosine: number, margins: Margins, hardCases: HardCases): number {
  const { multiplicative = 1, angular = 0, subtractive = 0 } = margins;
  const moved = multiplicative * Math.acos(cosine) + angular;
  const last = (Math.PI - angular) / multiplicative;
  const hard = { none: false, easy: cosine <= 0, linear: moved >= Math.PI }[hardCases];
  const kept = hardCases === 'easy' ? cosine : cosine - (Math.PI - last) * Math.sin(last);
  return (hard ? kept : Math.cos(moved)) - subtractive;
}

function reference(
  { shape, data }: Values,
  labels: readonly number[],
  margins: Margins,
  hardCases: HardCases,
): number[] {
  const classes = shape[1]!;
  return data.map((cosine, index) =>
    index % classes === labels[Math.floor(index / classes)] ? lowered(cosine, margins, hardCases) : cosine,
  );
}

/** Cosines on a grid that keeps away from both ends, where derivatives grow, and from where the rules change. */
const cosines = ([batch, classes]: readonly [number, number]): fc.Arbitrary<Values> =>
  fc
    .array(fc.integer({ min: -94, max: 93 }), { minLength: batch * classes, maxLength: batch * classes })
    .map((data) => ({ shape: [batch, classes], data: data.map((each) => Math.fround((each + 0.37) / 100)) }));

const logitsOf = (
  cosine: number[],
  options: Omit<MarginLogitsOptions, 'cosine' | 'labels'>,
  label = 0,
): readonly number[] =>
  toValues(
    marginLogits({
      cosine: tensor2d([cosine]),
      labels: tensor1d([label], 'int32'),
      ...options,
    }),
  ).data;

describe('marginLogits', () => {
  beforeAll(startCpuBackend);

  it.each([
    ['ArcFace', ARC_FACE],
    ['CosFace', COS_FACE],
    ['all three margins', ALL_THREE],
    ['SphereFace', SPHERE_FACE],
  ])('of %s has the values and the gradient of the definition', (_name, margins) => {
    const labels = [2, 0];
    fc.assert(
      fc.property(
        cosines([2, 3]),
        values([2, 3]),
        fc.constantFrom<HardCases>('linear', 'easy', 'none'),
        (cosine, weights, hardCases) => {
          const fn = (inputs: { cosine: Tensor }): Scalar =>
            sum(
              mul(
                marginLogits({
                  cosine: inputs.cosine,
                  labels: tensor1d(labels, 'int32'),
                  scale: 2,
                  margins,
                  hardCases,
                }),
                toTensor(weights),
              ),
            );
          const definition = (inputs: { cosine: Values }): number =>
            reference(inputs.cosine, labels, margins, hardCases).reduce(
              (total, each, index) => total + 2 * each * weights.data[index]!,
              0,
            );
          expectGradients(differentiate(fn, { cosine }), definition, { cosine }, ['cosine'], 3e-5);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of an easy and of a hard case, by hand', () => {
    // 60 degrees plus 0.5 radians; a cosine of -0.9 is 154 degrees, from which 0.5 radians lead beyond 180.
    const easy = Math.cos(Math.PI / 3 + 0.5);
    expectClose(logitsOf([0.5, 0.1], { scale: 10, margins: ARC_FACE }), [10 * easy, 1], 1e-6);
    const hard = -0.9 - 0.5 * Math.sin(0.5);
    expectClose(logitsOf([-0.9, 0.1], { scale: 10, margins: ARC_FACE }), [10 * hard, 1], 1e-6);
    expectClose(
      logitsOf([-0.9, 0.1], { scale: 1, margins: ARC_FACE, hardCases: 'none' }),
      [Math.cos(Math.acos(-0.9) + 0.5), 0.1],
      1e-6,
    );
  });

  it.each(['exact', 'reference'] as const)('hardly rounds an own logit close to 0 (%s)', (variant) => {
    // The cosine of these angles plus 0.5 is close to 0, where the scale would show the rounding of the angle.
    const errors = Array.from({ length: 100 }, (_, index) => {
      const own = Math.fround(0.45 + index / 1700);
      const [got] = logitsOf([own, 0.1], { scale: 64, margins: ARC_FACE, variant });
      return Math.abs(got! - 64 * Math.cos(Math.acos(own) + 0.5));
    });
    expect(Math.max(...errors)).toBeLessThan(64 * 2 ** -24);
  });

  it('never raises the own class, and lowers it more the larger the margin is', () => {
    const margin = fc.double({ min: 0, max: 1.5, noNaN: true });
    const cosine = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(cosine, margin, margin, (own, first, second) => {
        const [small, large] = [Math.min(first, second), Math.max(first, second)];
        const [easier, harder] = [small, large].map(
          (angular) => logitsOf([own, 0], { scale: 1, margins: { angular } })[0]!,
        );
        expect(easier).toBeLessThanOrEqual(own + 1e-6);
        // Where only the larger margin is beyond pi, the rule for hard cases may stand above the lowest cosine.
        const bothUsual = Math.acos(own) + large < Math.PI - 1e-3;
        if (bothUsual) expect(harder).toBeLessThanOrEqual(easier! + 1e-6);
      }),
    );
  });

  it('without margins is the scaled cosine', () => {
    expectClose(logitsOf([-1, 0.25, 1], { scale: 64, margins: {} }), [-64, 16, 64], 1e-7);
  });

  it('changes nothing in a row whose label is no class', () => {
    for (const label of [-1, 2]) {
      expectClose(logitsOf([0.5, -0.25], { scale: 8, margins: ALL_THREE }, label), [4, -2], 1e-7);
    }
  });

  it('has finite gradients at both ends of the cosine and a little beyond', () => {
    for (const end of [-1, -1.0000001, 1, 1.0000001]) {
      for (const hardCases of ['linear', 'easy', 'none'] as const) {
        const { value, gradients } = differentiate(
          ({ cosine }) =>
            sum(
              marginLogits({
                cosine,
                labels: tensor1d([0], 'int32'),
                scale: 1,
                margins: ALL_THREE,
                hardCases,
              }),
            ),
          { cosine: { shape: [1, 2], data: [end, 0] } },
        );
        expect(Number.isFinite(value)).toBe(true);
        expect(gradients.cosine.data.every(Number.isFinite)).toBe(true);
        expect(Math.abs(gradients.cosine.data[0]!)).toBeLessThan(5000);
      }
    }
  });

  it('passes the gradient by the margins as the reference does, of the same value without a hard case', () => {
    const weights = { shape: [1, 3], data: [1, -2, 3] };
    const { value, gradients } = differentiate(
      ({ cosine }) =>
        sum(
          mul(
            marginLogits({
              cosine,
              labels: tensor1d([1], 'int32'),
              scale: 4,
              margins: ARC_FACE,
              variant: 'reference',
            }),
            toTensor(weights),
          ),
        ),
      { cosine: { shape: [1, 3], data: [0.5, -0.95, 0.25] } },
    );
    expectClose(gradients.cosine.data, [4, -8, 12], 1e-7);
    expect(value).toBeCloseTo(4 * (0.5 - 2 * Math.cos(Math.acos(-0.95) + 0.5) + 0.75), 5);
  });

  it('refuses margins, scales and shapes that cannot be', () => {
    const attempt = (options: Partial<MarginLogitsOptions>) => () =>
      marginLogits({
        cosine: tensor2d([[0.5, 0.1]]),
        labels: tensor1d([0], 'int32'),
        margins: ARC_FACE,
        ...options,
      });
    expect(attempt({ scale: 0 })).toThrow(/scale must be.*above 0, got 0/);
    expect(attempt({ margins: { multiplicative: 0.5 } })).toThrow(/multiplicative.*at least 1, got 0.5/);
    expect(attempt({ margins: { angular: Math.PI } })).toThrow(/angular.*below pi/);
    expect(attempt({ margins: { angular: -0.1 } })).toThrow(/angular/);
    expect(attempt({ margins: { subtractive: Number.NaN } })).toThrow(/subtractive/);
    expect(attempt({ cosine: tensor1d([0.5]) })).toThrow(/cosine must be \[batch, classes\]/);
    expect(attempt({ labels: tensor1d([0, 1], 'int32') })).toThrow(/one for each row of cosine \[1, 2\]/);
    expect(attempt({ labels: tensor1d([0]) })).toThrow(/int32/);
  });
});
