import { type Backend, prngKey, splitKey } from 'kd-core';
import { createLoader, digits, stratifiedSplit } from 'kd-data';
import { resnet } from 'kd-models';
import { cosine, crossEntropy, evaluate, hinton, runTraining, sgd, sum, weight } from 'kd-train';

export interface EpochReport {
  readonly network: string;
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
}

/** A digit of the test split and what the student takes it for. */
export interface Sample {
  readonly pixels: readonly number[];
  readonly label: number;
  readonly predicted: number;
}

const shownSamples = 20;

/** Trains a teacher, distils a student, and tries it on digits that neither has seen. */
export async function distilDigits(
  backend: Backend,
  onEpoch: (report: EpochReport) => void,
): Promise<{ readonly top1: number; readonly samples: readonly Sample[] }> {
  const [splitting, shuffling, teacherInit, studentInit] = splitKey(prngKey(7), 4);
  const { train, test } = stratifiedSplit(digits(), {
    fractions: { train: 0.7, test: 0.3 },
    key: splitting!,
  });
  const source = createLoader({ dataset: train, batchSize: 64, key: shuffling!, dropLast: true });
  const testSource = createLoader({
    dataset: test,
    batchSize: test.length,
    key: shuffling!,
    shuffle: false,
  });
  const shape = { classes: 10, inputShape: [8, 8, 1] as const };
  const teacher = resnet({ depth: 8, ...shape });
  const student = resnet({ depth: 8, widths: [4, 4, 6, 8], ...shape });
  const recipe = {
    backend,
    source,
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 5e-4 }),
    learningRate: cosine({ initial: 0.1 }),
  };
  const listenerFor = (network: string) => ({
    epoch: (report: Omit<EpochReport, 'network'>) => onEpoch({ network, ...report }),
  });
  const taught = await runTraining(
    { ...recipe, student: teacher, method: crossEntropy(), epochs: 4, key: teacherInit! },
    listenerFor('teacher'),
  );
  const learnt = await runTraining(
    {
      ...recipe,
      student,
      teachers: [{ model: teacher, variables: taught.variables }],
      method: sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 4 }))]),
      epochs: 12,
      key: studentInit!,
    },
    listenerFor('student'),
  );
  const { variables } = learnt;
  const { metrics, logits } = await evaluate({ backend, model: student, variables, source: testSource });
  const { images, labels } = testSource.batch(0, 0);
  const pixelCount = images.data.length / test.length;
  const samples = Array.from({ length: shownSamples }, (_, index): Sample => {
    const scores = [...logits.data.slice(10 * index, 10 * (index + 1))];
    return {
      pixels: [...images.data.slice(pixelCount * index, pixelCount * (index + 1))],
      label: labels.data[index]!,
      predicted: scores.indexOf(Math.max(...scores)),
    };
  });
  return { top1: metrics.top1, samples };
}
