import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { expect } from 'vitest';
import { values } from './arbitraries.ts';
import { differentiate, toTensor, type Values } from './cpu-backend.ts';
import { expectGradients } from './finite-differences.ts';

/** A loss that compares a feature of the student with one of the teacher. */
export type PairLoss = (features: { studentFeature: Tensor; teacherFeature: Tensor }) => Scalar;

export interface Pair {
  readonly studentFeature: Values;
  readonly teacherFeature: Values;
}

/** One row a sample, whatever the shape. */
export function samplesOf({ shape, data }: Values): number[][] {
  const size = data.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, sample) => data.slice(sample * size, (sample + 1) * size));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, each, index) => total + each * b[index]!, 0);
}

export function gramOf(rows: readonly (readonly number[])[]): number[][] {
  return rows.map((row) => rows.map((other) => dot(row, other)));
}

export function unit(row: readonly number[]): number[] {
  const length = Math.max(Math.hypot(...row), 1e-12);
  return row.map((each) => each / length);
}

export function squaredDistance(
  a: readonly (readonly number[])[],
  b: readonly (readonly number[])[],
): number {
  const other = b.flat();
  return a.flat().reduce((total, each, index) => total + (each - other[index]!) ** 2, 0);
}

/** Features with entries of order 1, of which no two samples are close to each other or to 0, where derivatives are large. */
export function pairs(student: readonly number[], teacher: readonly number[]): fc.Arbitrary<Pair> {
  const apart = (x: Values): boolean => {
    const rows = samplesOf(x);
    return rows.every(
      (row, i) =>
        Math.hypot(...row) > 0.5 &&
        rows.slice(0, i).every((other) => Math.hypot(...row.map((each, k) => each - other[k]!)) > 0.5),
    );
  };
  return fc.record({
    studentFeature: values(student, 2).filter(apart),
    teacherFeature: values(teacher, 2).filter(apart),
  });
}

export function evaluatePair(loss: PairLoss, { studentFeature, teacherFeature }: Pair): number {
  return loss({
    studentFeature: toTensor(studentFeature),
    teacherFeature: toTensor(teacherFeature),
  }).dataSync()[0]!;
}

/** Value and gradient of `loss` are those of `definition`, and the teacher has no gradient. */
export function expectDefinition(
  loss: PairLoss,
  definition: (student: Values, teacher: Values) => number,
  pair: Pair,
  absolute?: number,
): void {
  const inputs = { studentFeature: pair.studentFeature, teacherFeature: pair.teacherFeature };
  const result = differentiate(loss, inputs);
  expectGradients(
    result,
    (given) => definition(given.studentFeature, given.teacherFeature),
    inputs,
    ['studentFeature'],
    absolute,
  );
  expect(result.gradients.teacherFeature.data.every((each) => each === 0)).toBe(true);
}

/** `x` [batch, features] with its features turned by plane rotations. */
export function rotated(x: Values, angles: readonly number[]): Values {
  const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
  const rows = samplesOf(x).map((row) => {
    const turned = [...row];
    angles.forEach((_, step) => {
      const [i, j] = [step % row.length, (step + 1) % row.length];
      const [a, b] = [turned[i]!, turned[j]!];
      turned[i] = cosines[step]! * a - sines[step]! * b;
      turned[j] = sines[step]! * a + cosines[step]! * b;
    });
    return turned;
  });
  return { shape: x.shape, data: rows.flat() };
}

/** Each entry changed, given the sample that it belongs to. */
export function changed(x: Values, change: (entry: number, sample: number, index: number) => number): Values {
  return {
    shape: x.shape,
    data: samplesOf(x).flatMap((row, sample) => row.map((entry, index) => change(entry, sample, index))),
  };
}
