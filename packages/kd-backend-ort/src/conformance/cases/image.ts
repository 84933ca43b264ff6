import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { caseOf, operands } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

const size = fc.integer({ min: 1, max: 6 });

const resizings = {
  resizeBilinear: tf.image.resizeBilinear,
  resizeNearestNeighbor: tf.image.resizeNearestNeighbor,
} as const;

/** Gradients have a test of their own: tfjs's hold for single square images only. */
function resize(name: keyof typeof resizings): fc.Arbitrary<Case> {
  return fc
    .tuple(size, size, size, size, fc.constantFrom('corners', 'centers', 'neither'))
    .chain(([height, width, newHeight, newWidth, alignment]) =>
      operands([2, height, width, 3]).map((x) =>
        caseOf(
          `${name} to [${newHeight}, ${newWidth}] by ${alignment} of `,
          [x],
          (input) =>
            resizings[name](
              input as tf.Tensor4D,
              [newHeight, newWidth],
              alignment === 'corners',
              alignment === 'centers',
            ),
          { differentiable: false },
        ),
      ),
    );
}

const squareResize = fc
  .tuple(fc.integer({ min: 2, max: 6 }), size, fc.boolean(), fc.constantFrom(...Object.values(resizings)))
  .chain(([from, to, alignCorners, run]) =>
    operands([1, from, from, 2]).map((x) =>
      caseOf(`resize of a square to ${to}${alignCorners ? ' by corners' : ''} of `, [x], (input) =>
        run(input as tf.Tensor4D, [to, to], alignCorners),
      ),
    ),
  );

const cropAndResize = fc
  .tuple(size, size, size, size, fc.constantFrom<'bilinear' | 'nearest'>('bilinear', 'nearest'))
  .chain(([height, width, cropHeight, cropWidth, method]) =>
    fc
      .tuple(
        operands([2, height, width, 3]),
        operands([4, 4], { min: -0.3, max: 1.3 }),
        operands([4], { dtype: 'int32', min: 0, max: 2 }),
      )
      .map((values) =>
        caseOf(
          `cropAndResize to [${cropHeight}, ${cropWidth}] ${method} of `,
          values,
          (image, boxes, owners) =>
            tf.image.cropAndResize(
              image as tf.Tensor4D,
              boxes as tf.Tensor2D,
              owners as tf.Tensor1D,
              [cropHeight, cropWidth],
              method,
              7,
            ),
          { differentiable: false },
        ),
      ),
  );

const flipLeftRight = fc
  .tuple(size, size)
  .chain(([height, width]) => operands([2, height, width, 3]))
  .map((x) =>
    caseOf('flipLeftRight', [x], (input) => tf.image.flipLeftRight(input as tf.Tensor4D), {
      differentiable: false,
    }),
  );

const rotate = fc
  .tuple(
    size,
    size,
    fc.constantFrom(3, 4),
    fc.float({ min: -4, max: 4, noNaN: true }),
    fc.constantFrom<number | [number, number, number]>(0, 5, [1, 2, 3]),
    fc.constantFrom<number | [number, number]>(0.5, [0.25, 0.8]),
  )
  .chain(([height, width, channels, radians, fill, center]) =>
    operands([2, height, width, channels]).map((x) =>
      caseOf(
        `rotateWithOffset by ${radians} about ${center} with ${fill} of `,
        [x],
        (input) => tf.image.rotateWithOffset(input as tf.Tensor4D, radians, fill, center),
        { differentiable: false },
      ),
    ),
  );

/** Far from half pixels, where rounding would decide. */
const shifts = fc.constantFrom(-7.7, -2.3, -0.2, 0.3, 1.2, 4.3, 8.8);

const transform = fc
  .tuple(
    size,
    size,
    shifts,
    shifts,
    fc.constantFrom<'nearest' | 'bilinear'>('nearest', 'bilinear'),
    fc.constantFrom<'constant' | 'reflect' | 'wrap' | 'nearest'>('constant', 'reflect', 'wrap', 'nearest'),
    fc.constantFrom<[number, number] | undefined>(undefined, [3, 5]),
  )
  .chain(([height, width, right, down, interpolation, fillMode, outputShape]) =>
    // tfjs transforms the first image of a batch alone.
    operands([1, height, width, 3]).map((x) =>
      caseOf(
        `transform by [${right}, ${down}] ${interpolation} ${fillMode} to ${outputShape} of `,
        [x],
        (image) =>
          tf.image.transform(
            image as tf.Tensor4D,
            tf.tensor2d([[1, 0, right, 0, 1, down, 0, 0]]),
            interpolation,
            fillMode,
            3,
            outputShape,
          ),
        { differentiable: false },
      ),
    ),
  );

const localResponseNormalization = fc
  .tuple(size, fc.integer({ min: 0, max: 4 }), fc.constantFrom(0.5, 1), fc.constantFrom(0.1, 1))
  .chain(([channels, radius, bias, alpha]) =>
    operands([2, 2, 3, channels]).map((x) =>
      caseOf(`localResponseNormalization radius ${radius} bias ${bias} alpha ${alpha} of `, [x], (input) =>
        tf.localResponseNormalization(input as tf.Tensor4D, radius, bias, alpha, 0.5),
      ),
    ),
  );

const dilation2d = fc
  .tuple(
    fc.integer({ min: 3, max: 6 }),
    fc.integer({ min: 3, max: 6 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 2 }),
    fc.constantFrom<'same' | 'valid'>('same', 'valid'),
    fc.constantFrom<[number, number]>([1, 1], [2, 1]),
  )
  .filter(([height, , rows, , , padding, [dilation]]) => padding === 'same' || height > (rows - 1) * dilation)
  .chain(([height, width, rows, columns, stride, padding, dilations]) =>
    fc
      .tuple(operands([2, height, width, 3]), operands([rows, columns, 3]))
      .map((values) =>
        caseOf(
          `dilation2d strides ${stride} pad ${padding} dilations [${dilations}] of `,
          values,
          (x, filter) => tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, stride, padding, dilations),
        ),
      ),
  );

const depthToSpace = fc
  .tuple(size, size, fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 2 }))
  .chain(([height, width, block, channels]) =>
    operands([2, height, width, channels * block ** 2]).map((x) =>
      caseOf(`depthToSpace by ${block} of `, [x], (input) => tf.depthToSpace(input as tf.Tensor4D, block), {
        differentiable: false,
      }),
    ),
  );

export const imageCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  cropAndResize,
  depthToSpace,
  dilation2d,
  flipLeftRight,
  localResponseNormalization,
  'resize of a square': squareResize,
  resizeBilinear: resize('resizeBilinear'),
  resizeNearestNeighbor: resize('resizeNearestNeighbor'),
  rotateWithOffset: rotate,
  transform,
};
