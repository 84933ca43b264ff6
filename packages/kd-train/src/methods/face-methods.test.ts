import { type Scalar, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkRequirements,
  type Method,
  type MethodContext,
  type MethodShapes,
  noVariables,
} from '../index.ts';
import { embeddingDistillation } from './embedding-distillation.ts';
import { marginCrossEntropy } from './margin-cross-entropy.ts';

beforeAll(async () => {
  await createTfjsBackend();
});

const value = (tensor: Scalar): number => tensor.dataSync()[0]!;

const shapesOf = (student: readonly number[], teacher: readonly number[]): MethodShapes => ({
  student: { classes: 3, taps: { embedding: student } },
  teachers: [{ classes: 9, taps: { embedding: teacher } }],
});

const context = (): MethodContext => ({
  student: {
    logits: tensor2d([[0.5, 0.25, -0.5]]),
    taps: { embedding: tensor2d([[3, 4]]) },
  },
  teachers: [{ logits: tensor2d([[0, 0, 0]]), taps: { embedding: tensor2d([[0, 0.5]]) } }],
  labels: tensor1d([0], 'int32'),
  indices: tensor1d([0], 'int32'),
  scalars: {},
  views: {},
  draws: {},
  variables: noVariables as unknown as MethodContext['variables'],
});

const lossOf = (method: Method): number => value(method.loss(context()).total);

/** Cross entropy with class 0. */
const crossEntropyOf = (own: number, ...others: readonly number[]): number =>
  Math.log(1 + others.reduce((sum, other) => sum + Math.exp(other - own), 0));

describe('marginCrossEntropy', () => {
  it('is the cross entropy of scaled cosines with the margin of its kind', () => {
    const angle = Math.acos(0.5);
    const arcface = crossEntropyOf(4 * Math.cos(angle + 0.5), 1, -2);
    expect(lossOf(marginCrossEntropy({ scale: 4 }))).toBeCloseTo(arcface, 5);
    const cosface = crossEntropyOf(4 * (0.5 - 0.4), 1, -2);
    expect(lossOf(marginCrossEntropy({ scale: 4, kind: 'cosface' }))).toBeCloseTo(cosface, 5);
    const margin = { multiplicative: 1.1, angular: 0.2, subtractive: 0.1 };
    const combined = crossEntropyOf(4 * (Math.cos(1.1 * angle + 0.2) - 0.1), 1, -2);
    expect(lossOf(marginCrossEntropy({ scale: 4, kind: 'combined', margin }))).toBeCloseTo(combined, 5);
  });

  it('tells its settings apart when a run is resumed', () => {
    const arcface = marginCrossEntropy({ margin: 0.3 }).config;
    expect(arcface).toEqual({
      name: 'marginCrossEntropy',
      scale: 64,
      margins: { angular: 0.3 },
      variant: 'exact',
    });
    expect(marginCrossEntropy({ kind: 'cosface', margin: 0.3 }).config).not.toEqual(arcface);
    expect(marginCrossEntropy({ margin: 0.3, hardCases: 'easy' }).config).not.toEqual(arcface);
  });

  it('refuses settings out of range', () => {
    expect(() => marginCrossEntropy({ scale: -1 })).toThrow(/scale.*above 0, got -1/);
    expect(() => marginCrossEntropy({ margin: 4 })).toThrow(/angular margin.*got 4/);
    expect(() => marginCrossEntropy({ kind: 'cosface', margin: -1 })).toThrow(/subtractive margin/);
  });
});

describe('embeddingDistillation', () => {
  it('compares directions, not lengths', () => {
    // (0.6, 0.8) and (0, 1).
    expect(lossOf(embeddingDistillation())).toBeCloseTo((0.36 + 0.04) / 2, 6);
  });

  it('refuses taps that are no vectors of equal length', () => {
    const method = embeddingDistillation();
    expect(() => method.init(prngKey(0), shapesOf([2], [2]))).not.toThrow();
    expect(() => checkRequirements(method, shapesOf([2], [2]))).not.toThrow();
    expect(() => method.init(prngKey(0), shapesOf([2], [3]))).toThrow(/has shape \[2\] and .* \[3\]/);
    expect(() => method.init(prngKey(0), shapesOf([2, 2, 1], [2, 2, 1]))).toThrow(/equal length/);
    expect(() => checkRequirements(embeddingDistillation({ teacher: 1 }), shapesOf([2], [2]))).toThrow(
      'needs 2 teacher(s), but 1 were given',
    );
  });
});
