import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { batchNormTraining, HostTensor, valueAndGradient } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../graph/encode.ts';
import type { GraphTarget } from '../graph/graph-builder.ts';
import { trace } from './trace.ts';

const CHANNELS = 16;

interface Block {
  readonly kernel: Tensor4D;
  readonly scale: Tensor1D;
  readonly offset: Tensor1D;
}

/** One step of gradient descent with momentum for a chain of residual blocks. */
function step({
  blocks,
  velocity,
  x,
  rate,
}: {
  blocks: Block[];
  velocity: Block[];
  x: Tensor;
  rate: Tensor;
}) {
  const { value, gradient } = valueAndGradient(
    (params: { blocks: Block[] }) => {
      let image = x as Tensor4D;
      for (const { kernel, scale, offset } of params.blocks) {
        const { y } = batchNormTraining({
          x: tf.conv2d(image, kernel, 1, 'same'),
          scale,
          offset,
          epsilon: 1e-5,
        });
        image = tf.relu(tf.add(y, image)) as Tensor4D;
      }
      return { value: tf.mean(image) as tf.Scalar, aux: {} };
    },
    { blocks: blocks as never },
  ) as unknown as { value: Tensor; gradient: { blocks: Block[] } };
  const updated = blocks.map((block, index) => {
    const names = ['kernel', 'scale', 'offset'] as const;
    return names.map((name) => {
      const v = tf.add(
        tf.mul(velocity[index]![name] as Tensor, 0.9),
        gradient.blocks[index]![name] as Tensor,
      );
      return { v, p: tf.sub(block[name] as Tensor, tf.mul(v, rate)) };
    });
  });
  return { value, updated };
}

function sizeOfStep(
  depth: number,
  batch: number,
  target: GraphTarget,
): { nodes: number; inputs: number; bytes: number } {
  const filled = (...shape: number[]): HostTensor =>
    new HostTensor(new Float32Array(shape.reduce((a, b) => a * b, 1)), shape);
  const blocks = (): object[] =>
    Array.from({ length: depth }, () => ({
      kernel: filled(3, 3, CHANNELS, CHANNELS),
      scale: filled(CHANNELS),
      offset: filled(CHANNELS),
    }));
  const args = { blocks: blocks(), velocity: blocks(), x: filled(batch, 4, 4, CHANNELS), rate: filled() };
  const { graph } = trace(step as never, args as never, { target });
  return { nodes: graph.nodes.length, inputs: graph.inputs.length, bytes: encodeModel(graph).length };
}

beforeAll(async () => {
  await createTfjsBackend();
});

describe.each([
  ['standard operators', {}],
  ['blocked convolutions', { channelBlock: 16 }],
])('a training step of %s', (_name, target) => {
  it('has the same number of nodes for every further block', () => {
    const [shallow, middle, deep] = [4, 8, 24].map((depth) => sizeOfStep(depth, 16, target));
    const perBlock = (middle!.nodes - shallow!.nodes) / 4;
    expect((deep!.nodes - middle!.nodes) / 16).toBe(perBlock);
    expect(deep!.inputs - middle!.inputs).toBe(16 * 6);
    // Names grow by a digit now and then; nothing else does.
    expect((deep!.bytes - middle!.bytes) / 16).toBeLessThan((1.1 * (middle!.bytes - shallow!.bytes)) / 4);
  });

  it('has the same nodes for a larger batch, and a few bytes more', () => {
    const [small, large] = [256, 1024].map((batch) => sizeOfStep(4, batch, target));
    expect(large!.nodes).toBe(small!.nodes);
    // Indices of rows that are moved; one feature map of a sample has 1,024 bytes, and the step about twenty of them.
    expect((large!.bytes - small!.bytes) / 768).toBeLessThan(64);
  });
});
