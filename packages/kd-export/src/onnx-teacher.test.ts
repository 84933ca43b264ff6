import { createOrtBackend, onnxModel } from 'kd-backend-ort';
import {
  type Backend,
  type BatchSource,
  type FrozenModel,
  HostTensor,
  type HostTree,
  prngKey,
  randomUniform,
  splitKey,
  treeLeaves,
} from 'kd-core';
import { resnet } from 'kd-models';
import {
  attentionTransfer,
  crossEntropy,
  fitnet,
  hinton,
  memoryStorage,
  runTraining,
  sgd,
  sum,
  type TrainingOptions,
  type TrainingResult,
  weight,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportOnnx } from './export-onnx.ts';

const shape = { classes: 4, inputShape: [8, 8, 3] as const };
const teacher = resnet({ depth: 8, widths: [4, 4, 8, 8], ...shape });
const student = resnet({ depth: 8, widths: [2, 2, 4, 4], ...shape });
const [init, dataKey, runKey] = splitKey(prngKey(3), 3);
const variables = teacher.init(init!);
const names = { logits: 'logits', taps: { stage1: 'stage1', stage2: 'stage2' } };

/** Noise; the last batch of an epoch is short. */
const source: BatchSource = {
  length: 20,
  batchSize: 8,
  stepsPerEpoch: 3,
  batch(epoch, index) {
    const count = index === 2 ? 4 : 8;
    const key = splitKey(dataKey!, 100)[3 * epoch + index]!;
    const indices = Int32Array.from({ length: count }, (_, position) => 8 * index + position);
    return {
      images: randomUniform(key, [count, ...shape.inputShape]),
      labels: new HostTensor(
        indices.map((sample) => sample % shape.classes),
        [count],
      ),
      indices: new HostTensor(indices, [count]),
    };
  },
};

describe('an ONNX file as the teacher of a run on ort-cpu', () => {
  let backend: Backend;
  let frozen: FrozenModel;
  beforeAll(async () => {
    backend = await createOrtBackend();
    const file = exportOnnx({ model: teacher, variables, taps: ['stage1', 'stage2'] });
    frozen = await onnxModel(file, names);
  });
  afterAll(async () => {
    await frozen.dispose();
    await backend.dispose();
  });

  const options = (changes: Partial<TrainingOptions>): TrainingOptions => ({
    backend,
    student,
    method: sum([
      crossEntropy(),
      weight(0.9, hinton({ temperature: 4 })),
      weight(10, fitnet({ studentTap: 'stage2', teacherTap: 'stage2' })),
      weight(50, attentionTransfer({ pairs: [{ student: 'stage1', teacher: 'stage1' }] })),
    ]),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: 0.02,
    source,
    epochs: 2,
    key: runKey!,
    ...changes,
  });

  async function curve(settings: TrainingOptions): Promise<{ losses: number[]; result: TrainingResult }> {
    const losses: number[] = [];
    const result = await runTraining(settings, { step: ({ loss }) => void losses.push(loss) });
    return { losses, result };
  }

  const weights = ({ variables: trained }: TrainingResult): number[] =>
    treeLeaves<HostTensor>(trained as unknown as HostTree).flatMap(({ data }) => [...data]);

  it('teaches what the network teaches from inside the step', async () => {
    const inside = await curve(options({ teachers: [{ model: teacher, variables }] }));
    const outside = await curve(options({ teachers: [frozen] }));
    outside.losses.forEach((loss, step) => {
      expect(Math.abs(loss / inside.losses[step]! - 1)).toBeLessThan(1e-5);
    });
    const expected = weights(inside.result);
    weights(outside.result).forEach((value, index) => {
      expect(Math.abs(value - expected[index]!)).toBeLessThan(1e-4);
    });
  });

  it('is resumed to the same bits from the same file, and refused with another', async () => {
    const whole = await runTraining(options({ teachers: [frozen] }));
    const checkpoint = { storage: memoryStorage() };
    const stop = new AbortController();
    await runTraining(options({ teachers: [frozen], checkpoint, signal: stop.signal }), {
      step: ({ step }) => (step === 3 ? stop.abort() : undefined),
    });
    const other = exportOnnx({
      model: teacher,
      variables: teacher.init(runKey!),
      taps: ['stage1', 'stage2'],
    });
    const stranger = await onnxModel(other, names);
    const resume = { checkpoint, resume: true };
    await expect(runTraining(options({ teachers: [stranger], ...resume }))).rejects.toMatchObject({
      code: 'CHECKPOINT',
    });
    await stranger.dispose();

    const resumed = await runTraining(options({ teachers: [frozen], ...resume }));
    expect(resumed.variables).toEqual(whole.variables);
    expect(resumed.methodVariables).toEqual(whole.methodVariables);
  });

  it('ends the run with its own error when it is gone', async () => {
    const file = exportOnnx({ model: teacher, variables, taps: ['stage1', 'stage2'] });
    const gone = await onnxModel(file, { name: 'gone', ...names });
    const run = runTraining(options({ teachers: [gone] }), {
      step: ({ step }) => (step === 1 ? gone.dispose() : undefined),
    });
    await expect(run).rejects.toThrow(/Teacher 0 \('gone'\) at batch 0 of epoch 1: 'gone' has been disposed/);
  });
});
