import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { caseOf, operands } from '../arbitraries.ts';
import type { Case } from '../compare.ts';

type Padding =
  | 'same'
  | 'valid'
  | number
  | [[number, number], [number, number], [number, number], [number, number]];
type Pair = [number, number];

const batch = fc.integer({ min: 1, max: 3 });
const channels = fc.integer({ min: 1, max: 4 });
const kernelSize = fc.integer({ min: 1, max: 5 });
const stride = fc.integer({ min: 1, max: 3 });
const pair = (of: fc.Arbitrary<number>): fc.Arbitrary<Pair> => fc.tuple(of, of);
const extents = pair(fc.integer({ min: 1, max: 9 }));

const paddings: fc.Arbitrary<Padding> = fc.oneof(
  fc.constantFrom<Padding>('same', 'valid', 0, 1, 2),
  fc
    .tuple(pair(fc.nat(3)), pair(fc.nat(3)))
    .map(([rows, columns]): Padding => [[0, 0], rows, columns, [0, 0]]),
);

interface Window {
  readonly extent: Pair;
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
}

/** Windows that fit at least once into the padded image. */
const windows: fc.Arbitrary<Window> = fc
  .record({ extent: extents, kernel: pair(kernelSize), strides: pair(stride), padding: paddings })
  .filter(({ extent, kernel, strides, padding }) => {
    if (padding === 'same') return true;
    // tfjs computes the width from the kernel and stride of the height.
    const isSquare = kernel[0] === kernel[1] && strides[0] === strides[1];
    if (typeof padding === 'number' && !isSquare) return false;
    return extent.every((size, axis) => {
      const added =
        padding === 'valid'
          ? 0
          : typeof padding === 'number'
            ? 2 * padding
            : padding[axis + 1]![0]! + padding[axis + 1]![1]!;
      return size + added >= kernel[axis]!;
    });
  });

const label = ({ kernel, strides, padding }: Window): string =>
  ` kernel [${kernel}] strides [${strides}] pad ${JSON.stringify(padding)} of `;

const conv2d = fc
  .tuple(windows, batch, channels, channels)
  .chain(([window, n, inputs, outputs]) =>
    fc
      .tuple(operands([n, ...window.extent, inputs]), operands([...window.kernel, inputs, outputs]))
      .map((values) =>
        caseOf(`conv2d${label(window)}`, values, (x, filter) =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, window.strides, window.padding),
        ),
      ),
  );

/** More channels, as blocked forms treat whole blocks of them differently. */
const wideConv2d = fc
  .tuple(
    fc.constantFrom(8, 16, 17, 32),
    fc.constantFrom(8, 16, 24, 32),
    fc.constantFrom(1, 3),
    fc.constantFrom(1, 2),
    fc.constantFrom(1, 3, 16),
    fc.constantFrom('same' as const, 'valid' as const),
  )
  .chain(([inputs, outputs, kernel, step, n, padding]) =>
    fc
      .tuple(operands([n, 4, 3, inputs]), operands([kernel, kernel, inputs, outputs]))
      .map((values) =>
        caseOf(`conv2d strides ${step} pad ${padding} of `, values, (x, filter) =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, step, padding),
        ),
      ),
  );

const dilatedConv2d = fc
  .tuple(
    batch,
    channels,
    channels,
    pair(fc.integer({ min: 1, max: 3 })),
    pair(fc.integer({ min: 1, max: 3 })),
    fc.constantFrom('same' as const, 'valid' as const),
  )
  .chain(([n, inputs, outputs, kernel, dilations, padding]) =>
    fc
      .tuple(operands([n, 8, 9, inputs]), operands([...kernel, inputs, outputs]))
      .map((values) =>
        caseOf(
          `conv2d kernel [${kernel}] dilations [${dilations}] pad ${padding} of `,
          values,
          (x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, padding, 'NHWC', dilations),
          { differentiable: false },
        ),
      ),
  );

const conv2dTranspose = fc
  .tuple(
    batch,
    channels,
    channels,
    pair(kernelSize),
    pair(stride),
    pair(fc.integer({ min: 1, max: 4 })),
    fc.constantFrom('same' as const, 'valid' as const),
  )
  .chain(([n, inputs, outputs, kernel, strides, extent, padding]) => {
    const size = extent.map((length, axis) =>
      padding === 'same' ? length * strides[axis]! : (length - 1) * strides[axis]! + kernel[axis]!,
    );
    const outShape = [n, ...size, outputs] as [number, number, number, number];
    return fc
      .tuple(operands([n, ...extent, inputs]), operands([...kernel, outputs, inputs]))
      .map((values) =>
        caseOf(
          `conv2dTranspose to [${outShape}] strides [${strides}] pad ${padding} of `,
          values,
          (x, filter) =>
            tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, outShape, strides, padding),
        ),
      );
  });

const depthwiseConv2d = fc
  .tuple(windows, batch, channels, fc.integer({ min: 1, max: 3 }))
  .chain(([window, n, inputs, multiplier]) =>
    fc
      .tuple(operands([n, ...window.extent, inputs]), operands([...window.kernel, inputs, multiplier]))
      .map((values) =>
        caseOf(`depthwiseConv2d${label(window)}`, values, (x, filter) =>
          tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, window.strides, window.padding),
        ),
      ),
  );

/** Pooling windows must reach into the image, so padding stays below the kernel. */
const poolWindows = windows.map((window): Window => {
  const { padding, kernel } = window;
  const isTooWide = (amounts: readonly number[]): boolean =>
    amounts.some((amount) => amount >= Math.min(...kernel));
  if (typeof padding === 'number') return isTooWide([padding]) ? { ...window, padding: 'same' } : window;
  if (typeof padding === 'string') return window;
  return isTooWide(padding.flat()) ? { ...window, padding: 'same' } : window;
});

const poolings = { maxPool: tf.maxPool, avgPool: tf.avgPool } as const;

function poolCases(name: keyof typeof poolings): fc.Arbitrary<Case> {
  const unpadded = windows.filter((window) => window.padding === 'valid');
  return fc.tuple(fc.oneof(poolWindows, unpadded), batch, channels).chain(([window, n, depth]) =>
    operands([n, ...window.extent, depth]).map((x) =>
      caseOf(
        `${name}${label(window)}`,
        [x],
        (input) =>
          poolings[name](input as tf.Tensor4D, window.kernel, window.strides, window.padding as 'same'),
        // tfjs's gradient of avgPool counts the padding, which its forward pass leaves out.
        { differentiable: name === 'maxPool' || window.padding === 'valid' },
      ),
    ),
  );
}

const tiedMaxPool = fc
  .tuple(poolWindows, batch, channels)
  .chain(([window, n, depth]) =>
    operands([n, ...window.extent, depth]).map((x) =>
      caseOf(`maxPool of relu${label(window)}`, [x], (input) =>
        tf.maxPool(
          tf.relu(tf.sub(input!, 1)) as tf.Tensor4D,
          window.kernel,
          window.strides,
          window.padding as 'same',
        ),
      ),
    ),
  );

/** The last window may reach beyond the padding. */
const roundedUp = fc
  .tuple(extents, fc.integer({ min: 1, max: 4 }), stride, fc.nat(1), batch)
  .filter(([extent, size, step, pad]) =>
    extent.every((length) => {
      const last = Math.ceil((length - size + 2 * pad) / step) * step - pad;
      return pad < size && length + 2 * pad >= size && last < length;
    }),
  )
  .chain(([extent, size, step, pad, n]) =>
    fc.tuple(operands([n, ...extent, 2]), operands([size, size, 2, 3])).map((values) =>
      caseOf(
        `rounded up, size ${size} stride ${step} pad ${pad}, `,
        values,
        (x, filter) => [
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, step, pad, 'NHWC', 1, 'ceil'),
          tf.maxPool(x as tf.Tensor4D, size, step, pad, 'ceil'),
        ],
        // tfjs's gradients forget the rounding.
        { differentiable: false },
      ),
    ),
  );

const dilatedDepthwiseConv2d = fc
  .tuple(batch, channels, pair(fc.integer({ min: 1, max: 3 })), pair(fc.integer({ min: 1, max: 3 })))
  .chain(([n, inputs, kernel, dilations]) =>
    fc
      .tuple(operands([n, 8, 9, inputs]), operands([...kernel, inputs, 2]))
      .map((values) =>
        caseOf(
          `depthwiseConv2d kernel [${kernel}] dilations [${dilations}] of `,
          values,
          (x, filter) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same', 'NHWC', dilations),
          { differentiable: false },
        ),
      ),
  );

/** What follows a convolution sees its layout; what flattens it must not. */
const consumers = fc
  .tuple(
    operands([2, 5, 4, 3]),
    operands([3, 3, 3, 4]),
    operands([4]),
    operands([2, 5, 4, 4]),
    operands([20, 2]),
    operands([2, 5, 4, 4], { dtype: 'bool' }),
  )
  .map(
    (values): Case =>
      caseOf(
        'consumers of conv2d',
        values,
        (x, filter, bias, other, dense, mask) => {
          const y = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
          const biased = tf.add(y, bias!);
          return [
            tf.reshape(biased, [2, -1]),
            tf.reshape(biased, [40, 4]),
            tf.reshape(biased, [2, 20, 4]),
            tf.reshape(biased, [2, 5, 2, 2, 2, 2]),
            tf.concat([biased, other!], 3),
            tf.concat([other!, biased], 1),
            tf.pad(biased, [
              [0, 0],
              [1, 0],
              [0, 2],
              [0, 1],
            ]),
            tf.slice(biased, [0, 1, 0, 2], [1, 3, 4, 2]),
            tf.tile(biased, [1, 2, 1, 3]),
            tf.stack([biased, other!], 2),
            tf.split(biased, 2, 3)[1]!,
            tf.unstack(biased, 3)[2]!,
            tf.matMul(tf.reshape(tf.transpose(biased, [0, 3, 1, 2]), [8, 20]), dense!),
            tf.where(mask!, biased, other!),
            tf.gather(biased, tf.tensor1d([2, 0, 2], 'int32'), 3),
            tf.softmax(biased),
            tf.reverse(biased, [1, 3]),
            tf.cumsum(biased, 3),
            tf.squeeze(tf.mean(biased, [1, 2], true), [1, 2]),
          ];
        },
        { relativeTo: 'gradient' },
      ),
  );

/** Channels first: tfjs's own layouts of the same images. */
const channelsFirst = fc.tuple(windows, batch, channels, channels).chain(([window, n, inputs, outputs]) => {
  const padding =
    typeof window.padding === 'object'
      ? ([[0, 0], [0, 0], window.padding[1], window.padding[2]] as typeof window.padding)
      : window.padding;
  return fc
    .tuple(operands([n, inputs, ...window.extent]), operands([...window.kernel, inputs, outputs]))
    .map((values) =>
      caseOf(`conv2d NCHW${label(window)}`, values, (x, filter) =>
        tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, window.strides, padding, 'NCHW'),
      ),
    );
});

const fusedActivations = fc.constantFrom('linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu');

const fusedConv2d = fc
  .tuple(windows, channels, channels, fusedActivations, fc.boolean(), fc.boolean())
  .chain(([window, inputs, outputs, activation, withBias, depthwise]) =>
    fc
      .tuple(
        operands([2, ...window.extent, inputs]),
        operands([...window.kernel, inputs, outputs]),
        operands([depthwise ? inputs * outputs : outputs]),
        operands([depthwise ? inputs * outputs : outputs], { min: 0.1, max: 0.5 }),
      )
      .map((values) =>
        caseOf(
          `fused ${depthwise ? 'depthwiseConv2d' : 'conv2d'} ${activation}${withBias ? ' with bias' : ''}${label(window)}`,
          values,
          (x, filter, bias, slope) => {
            const run = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
            return run({
              x: x as tf.Tensor4D,
              filter: filter as tf.Tensor4D,
              strides: window.strides,
              pad: window.padding as 'same',
              ...(withBias ? { bias: bias! } : {}),
              activation: activation as 'relu',
              ...(activation === 'prelu' ? { preluActivationWeights: slope! } : {}),
              leakyreluAlpha: 0.3,
            });
          },
          { differentiable: false },
        ),
      ),
  );

/** Padding given as one number: tfjs computes the width from the kernel and stride of the height. */
const unevenConv2d = fc
  .tuple(extents, pair(kernelSize), pair(stride), fc.nat(2), channels)
  .filter(([extent, kernel, strides, padding]) => {
    const rows = Math.floor((extent[0] - kernel[0] + 2 * padding) / strides[0]) + 1;
    const columns = Math.floor((extent[1] - kernel[0] + 2 * padding) / strides[0]) + 1;
    return Math.min(rows, columns) >= 1 && extent[0] + 2 * padding >= kernel[0];
  })
  .chain(([extent, kernel, strides, padding, inputs]) =>
    fc
      .tuple(operands([2, ...extent, inputs]), operands([...kernel, inputs, 2]))
      .map((values) =>
        caseOf(`conv2d kernel [${kernel}] strides [${strides}] pad ${padding} of `, values, (x, filter) =>
          tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, padding),
        ),
      ),
  );

type Triple = [number, number, number];
const triple = (of: fc.Arbitrary<number>): fc.Arbitrary<Triple> => fc.tuple(of, of, of);

const conv3d = fc
  .tuple(
    triple(fc.integer({ min: 1, max: 5 })),
    triple(fc.integer({ min: 1, max: 3 })),
    triple(fc.integer({ min: 1, max: 2 })),
    fc.constantFrom('same' as const, 'valid' as const),
    channels,
    channels,
  )
  .filter(
    ([extent, kernel, , padding]) =>
      padding === 'same' || extent.every((size, axis) => size >= kernel[axis]!),
  )
  .chain(([extent, kernel, strides, padding, inputs, outputs]) =>
    fc
      .tuple(operands([2, ...extent, inputs]), operands([...kernel, inputs, outputs]))
      .map((values) =>
        caseOf(`conv3d kernel [${kernel}] strides [${strides}] pad ${padding} of `, values, (x, filter) =>
          tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, strides, padding),
        ),
      ),
  );

export const convolutionCases: Readonly<Record<string, fc.Arbitrary<Case>>> = {
  avgPool: poolCases('avgPool'),
  'consumers of conv2d': consumers,
  conv2d,
  'conv2d of many channels': wideConv2d,
  'conv2d with dilation': dilatedConv2d,
  conv2dTranspose,
  'conv2d of channels first': channelsFirst,
  'conv2d with one padding': unevenConv2d,
  conv3d,
  'fused conv2d': fusedConv2d,
  depthwiseConv2d,
  'depthwiseConv2d with dilation': dilatedDepthwiseConv2d,
  maxPool: poolCases('maxPool'),
  'maxPool with ties': tiedMaxPool,
  'windows rounded up': roundedUp,
};
