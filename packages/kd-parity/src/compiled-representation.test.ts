import { ortCpu } from 'kd-backend-ort';
import { tfjsCpu } from 'kd-backend-tfjs';
import {
  type Backend,
  type BatchSource,
  type HostTensor,
  prngKey,
  randomNormal,
  HostTensor as Tensor,
  type Tree,
  visitTree,
} from 'kd-core';
import { resnet } from 'kd-models';
import { catKD, crd, crossEntropy, type Method, runTraining, sgd, simkd, srrl, sum } from 'kd-train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const LENGTH = 12;
const BATCH = 6;
const labels = Int32Array.from({ length: LENGTH }, (_, sample) => sample % 3);
const images = randomNormal(prngKey(5), [LENGTH, 8, 8, 1]);

/** The first half, then the second; then the first again with one sample twice. */
const source: BatchSource = {
  length: LENGTH,
  batchSize: BATCH,
  stepsPerEpoch: LENGTH / BATCH,
  samples: { count: LENGTH, labels },
  batch(epoch, index) {
    const first = index * BATCH;
    const indices = Int32Array.from({ length: BATCH }, (_, place) => first + place);
    if (epoch > 0) indices[BATCH - 1] = first;
    const pixels = Float32Array.from({ length: BATCH * 64 }, (_, place) => {
      const sample = indices[Math.floor(place / 64)]!;
      return images.data[64 * sample + (place % 64)]!;
    });
    return {
      images: new Tensor(pixels, [BATCH, 8, 8, 1]),
      labels: new Tensor(
        indices.map((sample) => labels[sample]!),
        [BATCH],
      ),
      indices: new Tensor(indices, [BATCH]),
    };
  },
};

const network = (widths: [number, number, number, number]) =>
  resnet({ depth: 8, classes: 3, inputShape: [8, 8, 1], widths });
const maps = { studentTap: 'stage3', teacherTap: 'stage3' } as const;

/** Three steps: the constants of contrast are found, kept, and its memories read again. */
async function train(backend: Backend, method: Method): Promise<Map<string, HostTensor>> {
  const teacher = network([4, 4, 6, 8]);
  const { variables, methodVariables } = await runTraining({
    backend,
    student: network([4, 4, 4, 4]),
    teachers: [{ model: teacher, variables: teacher.init(prngKey(2)) }],
    method,
    optimizer: sgd({ momentum: 0.9 }),
    learningRate: 0.01,
    source,
    steps: 3,
    key: prngKey(1),
  });
  const found = new Map<string, HostTensor>();
  const collect = (name: string, tree: unknown): void =>
    visitTree<HostTensor>(tree as Tree<HostTensor>, (leaf, path) => void found.set(`${name}/${path}`, leaf));
  collect('student', variables);
  collect('method', methodVariables);
  return found;
}

describe('a compiled step trains as an eager one', () => {
  let eager: Backend;
  let compiled: Backend;
  beforeAll(async () => {
    eager = await tfjsCpu.create();
    compiled = await ortCpu.create();
  });
  afterAll(async () => {
    await eager.dispose();
    await compiled.dispose();
  });

  test.each<[string, Method]>([
    ['crd', sum([crossEntropy(), crd({ dimension: 16, negativeCount: 5 })])],
    ['srrl', sum([crossEntropy(), srrl()])],
    ['simkd', simkd(maps)],
    ['catKD', sum([crossEntropy(), catKD(maps)])],
  ])('%s', async (_, method) => {
    const want = await train(eager, method);
    const got = await train(compiled, method);
    expect([...got.keys()]).toEqual([...want.keys()]);
    for (const [path, { data }] of want) {
      const scale = Math.hypot(...data) / Math.sqrt(data.length);
      const other = got.get(path)!.data;
      const distance =
        Math.hypot(...other.map((each, place) => each - data[place]!)) / Math.sqrt(data.length);
      expect(distance, path).toBeLessThanOrEqual(1e-3 * scale + 1e-5);
    }
  });
});
