import {
  add,
  conv2d,
  conv2dTranspose,
  relu as rectify,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  batchNormTraining,
  HostTensor,
  KdError,
  type ModelVariables,
  type PrngKey,
  randomUniform,
  splitKey,
  type Tree,
  updateRunningStatistics,
} from 'kd-core';

const EPSILON = 1e-5;
/** Share of the new statistics in the running ones, as in PyTorch. */
const MOMENTUM = 0.1;

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
  /**
   * Uniform in +-1/sqrt(fan in), PyTorch's default, where a transposed convolution counts its output channels.
   * `params`: `convolution/kernel` ([kh, kw, in, out]; `upsample`: [4, 4, out, in]), `convolution/bias`,
   * `norm/scale`, `norm/offset`. `state`: `norm/mean`, `norm/variance`.
   */
  init(key: PrngKey): ModelVariables<HostTensor>;
  /** `feature` [batch, ...studentShape] to [batch, ...teacherShape], with batch statistics. */
  apply(variables: ModelVariables<Tensor>, feature: Tensor4D): { output: Tensor4D; state: Tree<Tensor> };
}

interface RegressorVariables {
  readonly params: {
    readonly convolution: { readonly kernel: Tensor4D; readonly bias: Tensor1D };
    readonly norm: { readonly scale: Tensor1D; readonly offset: Tensor1D };
  };
  readonly state: { readonly norm: { readonly mean: Tensor1D; readonly variance: Tensor1D } };
}

/**
 * The regressor of FitNets in the form of the CRD benchmark (`ConvReg`): convolution with bias, batch norm in
 * training mode, ReLU. The heights choose the convolution: twice the teacher's, `downsample`; half of it,
 * `upsample`; otherwise `valid` with kernel `1 + studentHeight - teacherHeight` (1x1 for equal sizes).
 * Throws `SHAPE_MISMATCH` when the result would not have the teacher's shape.
 */
export function hintRegressor({
  studentShape,
  teacherShape,
  relu = true,
}: HintRegressorOptions): HintRegressor {
  const { kind, kernel } = chooseConvolution(studentShape, teacherShape);
  const [inChannels, outChannels] = [studentShape[2]!, teacherShape[2]!];
  const [height, width] = [teacherShape[0]!, teacherShape[1]!];

  return {
    kind,
    init(key) {
      const [kernelKey, biasKey] = splitKey(key, 2) as [PrngKey, PrngKey];
      const [fanChannels, kernelShape] =
        kind === 'upsample'
          ? [outChannels, [...kernel, outChannels, inChannels]]
          : [inChannels, [...kernel, inChannels, outChannels]];
      const bound = 1 / Math.sqrt(kernel[0] * kernel[1] * fanChannels);
      const channels = [outChannels];
      return {
        params: {
          convolution: {
            kernel: randomUniform(kernelKey, kernelShape, { min: -bound, max: bound }),
            bias: randomUniform(biasKey, channels, { min: -bound, max: bound }),
          },
          norm: { scale: filled(channels, 1), offset: filled(channels, 0) },
        },
        state: { norm: { mean: filled(channels, 0), variance: filled(channels, 1) } },
      };
    },
    apply(variables, feature) {
      const { params, state } = variables as unknown as RegressorVariables;
      const batch = feature.shape[0];
      const convolved =
        kind === 'upsample'
          ? conv2dTranspose(feature, params.convolution.kernel, [batch, height, width, outChannels], 2, 1)
          : conv2d(
              feature,
              params.convolution.kernel,
              kind === 'downsample' ? 2 : 1,
              // A number would take the kernel for square.
              kind === 'downsample' ? 1 : 'valid',
            );
      const { y, mean, variance } = batchNormTraining({
        x: add(convolved, params.convolution.bias) as Tensor4D,
        scale: params.norm.scale,
        offset: params.norm.offset,
        epsilon: EPSILON,
      });
      const norm = updateRunningStatistics({
        state: state.norm,
        mean,
        variance,
        count: batch * height * width,
        momentum: MOMENTUM,
      });
      return { output: (relu ? rectify(y) : y) as Tensor4D, state: { norm: { ...norm } } };
    },
  };
}

function chooseConvolution(
  student: readonly number[],
  teacher: readonly number[],
): { kind: HintRegressorKind; kernel: readonly [number, number] } {
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
    return { kind: 'downsample', kernel: [3, 3] };
  }
  if (2 * studentHeight === teacherHeight) {
    if (2 * studentWidth !== teacherWidth) throw impossible('the widths are not in the ratio of the heights');
    return { kind: 'upsample', kernel: [4, 4] };
  }
  const kernel = [1 + studentHeight - teacherHeight, 1 + studentWidth - teacherWidth] as const;
  if (kernel[0] < 1 || kernel[1] < 1) {
    throw impossible('the student may be smaller only by a factor of exactly 2');
  }
  return { kind: 'valid', kernel };
}

function filled(shape: readonly number[], value: number): HostTensor {
  return new HostTensor(new Float32Array(shape[0]!).fill(value), shape);
}
