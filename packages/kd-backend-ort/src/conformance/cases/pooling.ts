import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { caseOf, operands } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

type Triple = [number, number, number];

const triple = (of: fc.Arbitrary<number>): fc.Arbitrary<Triple> => fc.tuple(of, of, of);

const volumePoolings = { maxPool3d: tf.maxPool3d, avgPool3d: tf.avgPool3d } as const;

/** Strides within the kernel: tfjs computes negative padding for others. */
const volumeWindows = fc
  .tuple(
    triple(fc.integer({ min: 1, max: 3 })),
    triple(fc.integer({ min: 1, max: 2 })),
    triple(fc.nat(3)),
    fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  )
  .map(([kernel, strides, more, padding]) => ({
    kernel,
    padding,
    strides: strides.map((stride, axis) => Math.min(stride, kernel[axis]!)) as Triple,
    extent: more.map((size, axis) => size + (padding === 'valid' ? kernel[axis]! : 1)) as Triple,
  }));

function volumePooling(name: keyof typeof volumePoolings): fc.Arbitrary<Case> {
  return fc
    .tuple(volumeWindows, fc.integer({ min: 1, max: 3 }))
    .chain(([{ kernel, strides, padding, extent }, channels]) => {
      const isCube = new Set(kernel).size === 1;
      return operands([2, ...extent, channels]).map((x) =>
        caseOf(
          `${name} kernel [${kernel}] strides [${strides}] pad ${padding} of `,
          [x],
          (input) => volumePoolings[name](input as tf.Tensor5D, kernel, strides, padding),
          // tfjs's gradient of avgPool3d counts the padding, which its forward pass leaves out, and that of
          // maxPool3d takes every window for a cube.
          { differentiable: name === 'maxPool3d' ? isCube : padding === 'valid' },
        ),
      );
    });
}

const maxPoolWithArgmax = fc
  .tuple(
    fc.integer({ min: 2, max: 6 }),
    fc.integer({ min: 2, max: 6 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 2 }),
    fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    fc.boolean(),
  )
  .filter(([height, width, size, , padding]) => padding === 'same' || Math.min(height, width) >= size)
  .chain(([height, width, size, stride, padding, includeBatch]) =>
    operands([2, height, width, 3]).map((x) =>
      caseOf(
        `maxPoolWithArgmax size ${size} stride ${stride} pad ${padding}${includeBatch ? ' in batch' : ''} of `,
        [x],
        (input) => {
          const pooled = tf.maxPoolWithArgmax(input as tf.Tensor4D, size, stride, padding, includeBatch);
          return [pooled.result!, pooled.indexes!];
        },
        { differentiable: false },
      ),
    ),
  );

/** Padding of the window's size and more, which ONNX's pooling does not take. */
const widelyPadded = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 3 }), fc.nat(2))
  .chain(([extent, size, more]) =>
    operands([1, extent, extent, 2]).map((x) =>
      caseOf(
        `maxPool size ${size} pad ${size + more} of `,
        [x],
        (input) => tf.maxPool(input as tf.Tensor4D, size, 1, size + more),
        { differentiable: false },
      ),
    ),
  );

export const poolingCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  avgPool3d: volumePooling('avgPool3d'),
  maxPool3d: volumePooling('maxPool3d'),
  'maxPool with wide padding': widelyPadded,
  maxPoolWithArgmax,
};
