import { conv2d, depthwiseConv2d, maxPool, type Tensor4D } from '@tensorflow/tfjs-core';
import type { Backend } from 'kd-core';
import { beforeAll, describe, it } from 'vitest';
import { tfjsNode } from '../provider.ts';
import { expectAgreement, wave } from '../testing/compare-backends.ts';
import { createTfjsBackend } from '../tfjs-backend.ts';

const { available, reason } = await tfjsNode.probe();

describe.skipIf(!available)(
  `TensorFlow's kernels with explicit padding${available ? '' : `: ${reason}`}`,
  () => {
    let backends: [Backend, Backend];
    beforeAll(async () => {
      backends = [await createTfjsBackend('tfjs-cpu'), await tfjsNode.create()];
    });

    // Of kernel 3 and stride 1, 1 is 'same'; the others are neither 'same' nor 'valid'.
    it.each([
      [1, 1],
      [2, 1],
      [1, 2],
      [2, 0],
    ])('stride %i, padding %i', async (stride, padding) => {
      await expectAgreement(backends, [wave([2, 6, 6, 3], 1), wave([3, 3, 3, 4], 2)], (x, filter) =>
        conv2d(x as Tensor4D, filter as Tensor4D, stride, padding),
      );
      await expectAgreement(backends, [wave([2, 6, 6, 3], 1), wave([3, 3, 3, 2], 2)], (x, filter) =>
        depthwiseConv2d(x as Tensor4D, filter as Tensor4D, stride, padding),
      );
      await expectAgreement(backends, [wave([2, 6, 6, 3], 1)], (x) =>
        maxPool(x as Tensor4D, 3, stride, padding),
      );
    });

    it('margins that differ', () =>
      expectAgreement(backends, [wave([1, 5, 4, 2], 1), wave([3, 2, 2, 3], 2)], (x, filter) =>
        conv2d(x as Tensor4D, filter as Tensor4D, 2, [
          [0, 0],
          [2, 1],
          [0, 1],
          [0, 0],
        ]),
      ));
  },
);
