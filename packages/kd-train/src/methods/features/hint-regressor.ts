import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import {
  fanInUniform,
  type HostTensor,
  KdError,
  type Layers,
  type ModelVariables,
  type NetworkPart,
  networkPart,
  type PrngKey,
  type Tree,
} from 'kd-core';

export interface HintRegressorOptions {
  /** [height, width, channels] of the student's feature. */
  readonly studentShape: readonly number[];
  /** [height, width, channels] of the teacher's feature. */
  readonly teacherShape: readonly number[];
  /** Default true. */
  readonly relu?: boolean;
}

/** `downsample`: 3x3, stride 2, padding 1. `upsample`: transposed 4x4, stride 2, padding 1. `valid`: no padding. */
export type HintRegressorKind = 'downsample' | 'upsample' | 'valid';

export interface HintRegressor {
  readonly kind: HintRegressorKind;
  /** Multiply-accumulates for one feature. */
  readonly macs: number;
  /**
   * Uniform in +-1/sqrt(fan in), PyTorch's default, where a transposed convolution counts its output channels.
   * `params`: `convolution/kernel` ([kh, kw, in, out]; `upsample`: [4, 4, out, in]), `convolution/bias`,
   * `norm/scale`, `norm/offset`. `state`: `norm/mean`, `norm/variance`.
   */
  init(key: PrngKey): ModelVariables<HostTensor>;
  /** `feature` [batch, ...studentShape] to [batch, ...teacherShape], with batch statistics. */
  apply(variables: ModelVariables<Tensor>, feature: Tensor4D): { output: Tensor4D; state: Tree<Tensor> };
}

/**
 * The regressor of FitNets in the form of the CRD benchmark (`ConvReg`): convolution with bias, batch norm in
 * training mode, ReLU. The heights choose the convolution: twice the teacher's, `downsample`; half of it,
 * `upsample`; otherwise `valid` with kernel `1 + studentHeight - teacherHeight` (1x1 for equal sizes).
 * Throws `SHAPE_MISMATCH` when the result would not have the teacher's shape.
 */
export function hintRegressor(options: HintRegressorOptions): HintRegressor {
  const part = hintRegressorPart(options);
  return {
    kind: chooseConvolution(options.studentShape, options.teacherShape).kind,
    macs: part.description.macs,
    init: (key) => part.init(key),
    apply(variables, feature) {
      const { output, state } = part.apply(variables, feature, { train: true });
      return { output: output as Tensor4D, state };
    },
  };
}

/** The same as a part that can stand beside others. */
export function hintRegressorPart({
  studentShape,
  teacherShape,
  relu = true,
}: HintRegressorOptions): NetworkPart {
  const { kind, kernelSize } = chooseConvolution(studentShape, teacherShape);
  const options = {
    channels: teacherShape[2]!,
    bias: true,
    kernelInitializer: fanInUniform,
    biasInitializer: fanInUniform,
  };
  const convolved = <Value>(layers: Layers<Value>, x: Value): Value => {
    switch (kind) {
      case 'upsample':
        return layers.transposedConvolution('convolution', x, {
          ...options,
          kernelSize: 4,
          stride: 2,
          padding: 1,
        });
      case 'downsample':
        return layers.convolution('convolution', x, { ...options, kernelSize: 3, stride: 2, padding: 1 });
      case 'valid':
        return layers.convolution('convolution', x, { ...options, kernelSize });
    }
  };
  return networkPart({
    name: 'the hint regressor',
    inputShape: studentShape,
    network(layers, feature) {
      const normed = layers.batchNorm('norm', convolved(layers, feature));
      return relu ? layers.relu(normed) : normed;
    },
  });
}

function chooseConvolution(
  student: readonly number[],
  teacher: readonly number[],
): { kind: HintRegressorKind; kernelSize: readonly [height: number, width: number] } {
  const impossible = (reason: string): KdError =>
    new KdError(
      'SHAPE_MISMATCH',
      `No hint regressor maps the student's feature [${student.join(', ')}] to the teacher's [${teacher.join(', ')}]: ${reason}. Choose taps of nearer sizes.`,
    );
  if (student.length !== 3 || teacher.length !== 3) {
    throw impossible('both must be feature maps [height, width, channels]');
  }
  const [studentHeight, studentWidth] = student as [number, number];
  const [teacherHeight, teacherWidth] = teacher as [number, number];
  if (studentHeight === 2 * teacherHeight) {
    if (Math.ceil(studentWidth / 2) !== teacherWidth)
      throw impossible('the widths are not in the ratio of the heights');
    return { kind: 'downsample', kernelSize: [3, 3] };
  }
  if (2 * studentHeight === teacherHeight) {
    if (2 * studentWidth !== teacherWidth) throw impossible('the widths are not in the ratio of the heights');
    return { kind: 'upsample', kernelSize: [4, 4] };
  }
  const kernelSize = [1 + studentHeight - teacherHeight, 1 + studentWidth - teacherWidth] as const;
  if (kernelSize[0] < 1 || kernelSize[1] < 1) {
    throw impossible('the student may be smaller only by a factor of exactly 2');
  }
  return { kind: 'valid', kernelSize };
}
