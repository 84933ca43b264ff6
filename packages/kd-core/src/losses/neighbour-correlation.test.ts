import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectClose, expectGradients } from '../testing/finite-differences.ts';
import { mean } from '../testing/reference-losses.ts';
import { changed, dot, samplesOf } from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { neighbourCorrelationLoss } from './neighbour-correlation.ts';

function definition(student: Values, teacher: Values): number {
  const theirs = samplesOf(teacher);
  const sizes = samplesOf(student).map((row, b) => row.map((each, d) => Math.abs(each - theirs[b]![d]!)));
  return mean(sizes.slice(1).map((row, b) => dot(sizes[b]!, row)));
}

describe('neighbourCorrelationLoss', () => {
  beforeAll(startCpuBackend);

  it('is the known value for waves', () => {
    const loss = neighbourCorrelationLoss({
      studentEmbedding: toTensor(waves([4, 8], 0.5, 0.1)),
      teacherEmbedding: toTensor(waves([4, 8], 0.31, 0.4)),
    });
    expectClose([loss.dataSync()[0]!], [8.4357832], 1e-6);
  });

  it('has the value and the gradients of its definition for both embeddings', () => {
    fc.assert(
      fc.property(values([4, 3], 1), values([4, 3], 1), (studentEmbedding, difference) => {
        // The absolute value has no derivative at 0.
        const teacherEmbedding = changed(studentEmbedding, (each, sample, index) => {
          const by = difference.data[sample * 3 + index]!;
          return Math.fround(each + by + (by < 0 ? -0.1 : 0.1));
        });
        const inputs = { studentEmbedding, teacherEmbedding };
        expectGradients(
          differentiate(neighbourCorrelationLoss, inputs),
          (given) => definition(given.studentEmbedding, given.teacherEmbedding),
          inputs,
          ['studentEmbedding', 'teacherEmbedding'],
        );
      }),
      { numRuns: 15 },
    );
  });

  it('has the derivative 0 where both agree, and is 0 for a single sample', () => {
    const same = waves([3, 2], 1, 0);
    const agreeing = differentiate(neighbourCorrelationLoss, {
      studentEmbedding: same,
      teacherEmbedding: changed(same, (each, sample) => (sample === 1 ? each : each + 1)),
    });
    // Sample 1 agrees, so that its own derivative is 0 though its neighbours differ.
    expect(agreeing.gradients.studentEmbedding.data.slice(2, 4).map(Math.abs)).toEqual([0, 0]);
    const one = differentiate(neighbourCorrelationLoss, {
      studentEmbedding: waves([1, 2], 1, 0),
      teacherEmbedding: waves([1, 2], 1, 1),
    });
    expect([one.value, ...one.gradients.studentEmbedding.data].map(Math.abs)).toEqual([0, 0, 0]);
  });

  it('refuses embeddings of different shapes', () => {
    const studentEmbedding = toTensor(waves([2, 3], 1, 0));
    expect(() =>
      neighbourCorrelationLoss({ studentEmbedding, teacherEmbedding: toTensor(waves([2, 4], 1, 0)) }),
    ).toThrow(/\[2, 3\] and \[2, 4\]/);
    expect(() =>
      neighbourCorrelationLoss({
        studentEmbedding: toTensor(waves([2, 1, 1, 1], 1, 0)),
        teacherEmbedding: studentEmbedding,
      }),
    ).toThrow(/\[batch, features\]/);
  });
});
