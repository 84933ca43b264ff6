import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type BatchSource, HostTensor, prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Method, runTraining, type TrainedNetwork, type TrainingOptions } from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const images = blobSource();
const model = tinyNetwork({ channels: 3 });
const teacher: TrainedNetwork = { model, variables: model.init(prngKey(21)) };

/** The images again, `same`, and with the opposite sign, `negative`. */
const source: BatchSource = {
  ...images,
  views: { same: [4, 4, 1], negative: [4, 4, 1], small: [2, 2, 1] },
  async batch(epoch, index) {
    const batch = await images.batch(epoch, index);
    const { data, shape } = batch.images;
    const negative = new HostTensor(
      Float32Array.from(data, (pixel) => -pixel),
      shape,
    );
    const small = new HostTensor(new Float32Array(4 * shape[0]!), [shape[0]!, 2, 2, 1]);
    return { ...batch, views: { same: batch.images, negative, small } };
  },
};

const run = (changes: Partial<TrainingOptions>): TrainingOptions =>
  toyRun(backend, { source, teachers: [teacher], steps: 3, ...changes });
const shown = (view: string): TrainedNetwork => ({ ...teacher, view });

describe('a teacher that is shown a view', () => {
  it('teaches by what it sees there', async () => {
    const plain = await runTraining(run({}));
    const same = await runTraining(run({ teachers: [shown('same')] }));
    const other = await runTraining(run({ teachers: [shown('negative')] }));
    expect(same.variables).toEqual(plain.variables);
    expect(other.variables).not.toEqual(plain.variables);
  });

  it('may take images of another size than the student', async () => {
    const smaller = tinyNetwork({ channels: 3, side: 2 });
    const { variables } = teacher;
    const teachers = [{ model: smaller, variables, view: 'small' }];
    const { step } = await runTraining(run({ teachers, steps: 1 }));
    expect(step).toBe(1);
  });

  it('is refused without the view, with other images, and where the method shows views itself', async () => {
    await expect(runTraining(run({ teachers: [shown('depth')] }))).rejects.toThrow(
      /Teacher 0 \('tiny3'\) is to be shown the view 'depth', but the source gives same, negative, small/,
    );
    await expect(runTraining(run({ teachers: [shown('small')] }))).rejects.toThrow(
      /takes images \[4, 4, 1\], but the view 'small' .* \[2, 2, 1\]/,
    );
    const { method } = run({});
    const seesViews: Method = { ...method, requires: { ...method.requires, views: ['negative'] } };
    await expect(runTraining(run({ teachers: [shown('same')], method: seesViews }))).rejects.toThrow(
      /shows the views negative to all networks, but Teacher 0 .* 'same' alone/,
    );
  });

  it('is refused at the batch that lacks its view', async () => {
    const forgetful: BatchSource = {
      ...source,
      async batch(epoch, index) {
        const batch = await source.batch(epoch, index);
        return index === 0 ? batch : { ...batch, views: {} };
      },
    };
    await expect(runTraining(run({ teachers: [shown('same')], source: forgetful }))).rejects.toThrow(
      /Batch 1 of epoch 0 has the view 'same' as nothing, but Teacher 0 .* float32 \[8, 4, 4, 1\]/,
    );
  });
});
