import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { values } from '../testing/arbitraries.ts';
import { differentiate, startCpuBackend, toTensor, type Values } from '../testing/cpu-backend.ts';
import { expectGradients } from '../testing/finite-differences.ts';
import { embeddingDistillationLoss } from './embedding-distillation.ts';

const long = (shape: readonly number[]): fc.Arbitrary<Values> =>
  values(shape).filter(({ data }) => rows(data, shape[1]!).every((row) => Math.hypot(...row) > 0.5));

function rows(data: readonly number[], length: number): number[][] {
  return Array.from({ length: data.length / length }, (_, row) =>
    data.slice(row * length, (row + 1) * length),
  );
}

describe('embeddingDistillationLoss', () => {
  beforeAll(startCpuBackend);

  it('is 2 (1 - cosine) / features on average, and only the student has a gradient', () => {
    fc.assert(
      fc.property(long([2, 3]), long([2, 3]), (studentEmbedding, teacherEmbedding) => {
        const inputs = { studentEmbedding, teacherEmbedding };
        const result = differentiate(embeddingDistillationLoss, inputs);
        const definition = (given: typeof inputs): number => {
          const teachers = rows(given.teacherEmbedding.data, 3);
          const cosines = rows(given.studentEmbedding.data, 3).map((row, sample) => {
            const teacher = teachers[sample]!;
            const product = row.reduce((sum, each, index) => sum + each * teacher[index]!, 0);
            return product / (Math.hypot(...row) * Math.hypot(...teacher));
          });
          return cosines.reduce((sum, cosine) => sum + (2 * (1 - cosine)) / 3, 0) / cosines.length;
        };
        expectGradients(result, definition, inputs, ['studentEmbedding']);
        expect(result.gradients.teacherEmbedding.data.every((each) => each === 0)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('refuses embeddings of different lengths and what is no embedding', () => {
    const zeros = (...shape: number[]) =>
      toTensor({ shape, data: new Array<number>(shape.reduce((a, b) => a * b)).fill(0) });
    const attempt = (a: number[], b: number[]) => () =>
      embeddingDistillationLoss({ studentEmbedding: zeros(...a), teacherEmbedding: zeros(...b) });
    expect(attempt([2, 3], [2, 4])).toThrow(/\[2, 4\] and \[2, 3\]/);
    expect(attempt([2, 1, 3], [2, 1, 3])).toThrow(/studentEmbedding must be \[batch, features\]/);
  });
});
