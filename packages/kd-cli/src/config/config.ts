import type { MethodConfig } from './method-config.ts';
import type { ScheduleConfig } from './schedule-config.ts';

export interface DigitsConfig {
  name: 'digits';
}

/** The binary version of CIFAR-100: a folder with `train.bin` and `test.bin`. */
export interface Cifar100Config {
  name: 'cifar100';
  /** Relative paths start at the configuration file. */
  folder: string;
}

/** A pair of IDX files, raw or gzip. Relative paths start at the configuration file. */
export interface IdxFilesConfig {
  images: string;
  labels: string;
}

export interface IdxConfig {
  name: 'idx';
  train: IdxFilesConfig;
  /** Without it, the test samples are split off `train`. */
  test?: IdxFilesConfig;
  /** One name for each label, in order. */
  classNames: string[];
}

/** Fractions of the samples of each class. */
export interface SplitConfig {
  /** Share of the training samples that the student learns from, while its teacher learns from all; default 1. */
  transfer?: number;
  /** Default 0.15. */
  validation?: number;
  /** Default 0.25; must be left out when the data set has test files of its own. */
  test?: number;
  /** Default 0. */
  seed?: number;
}

export interface AugmentationConfig {
  /** Zeros padded on each side before a random crop to the old size; default 0, no crop. */
  padding?: number;
  /** Probability of a horizontal mirror image; default 0. Not for digits and letters. */
  flip?: number;
  /** Side of a square of zeros somewhere in the image; default 0, none. */
  cutout?: number;
}

/** `(pixel - mean) / standardDeviation` for pixels from 0 to 1; one number, or one for each channel in the order RGB. */
export interface NormalizationConfig {
  mean: number | number[];
  standardDeviation: number | number[];
}

/** A registered network by name, or a residual network by its depth (6n + 2) and widths. */
export type ModelConfig = string | ResnetConfig;

export interface ResnetConfig {
  name: 'resnet';
  depth: number;
  /** Multiplies the standard widths 16, 16, 32, 64. Not together with `widths`. */
  widthFactor?: number;
  /** Channels of the stem and of the three stages. */
  widths?: [number, number, number, number];
}

/** Training from labels alone. What is left out is taken from the student's settings. */
export interface TeacherTrainingConfig {
  epochs?: number;
  batchSize?: number;
  learningRate?: ScheduleConfig;
  optimizer?: OptimizerConfig;
  /** In [0, 1); default 0. */
  labelSmoothing?: number;
}

/** What goes in and comes out of an ONNX file; what is left out is found in the file where it is clear. */
export interface OnnxTeacherConfig {
  /** Name of the input for images. */
  input?: string;
  /** Name of the output with a number for each class. */
  logits?: string;
  /** Tensors of the file that methods read, by the name of the tap: `{ stage3: '/layer3/Relu_output_0' }`. */
  taps?: Record<string, string>;
  /** Order of the input's dimensions. */
  layout?: 'NCHW' | 'NHWC';
  /** Images in one run, for a file that states none but works for one number only. */
  batchSize?: number;
  /** Default: what the file says, or else pixels from 0 to 1 as they are. */
  preprocessing?: PreprocessingConfig;
}

/** What the file takes for a pixel from 0 to 1: `(pixel * range - mean) / standardDeviation`. */
export interface PreprocessingConfig {
  /** Default 1; 255 for networks that take bytes. */
  range?: number;
  /** One number, or one for each channel in the order RGB; default 0. */
  mean?: number | number[];
  /** One number, or one for each channel in the order RGB; default 1. */
  standardDeviation?: number | number[];
  /** Default RGB. */
  channelOrder?: 'RGB' | 'BGR';
}

/** A network that is read from `weights`, or trained first as `training` says: exactly one of the two. */
export interface TeacherConfig {
  /** Must be left out for an `.onnx` file, which is a network itself. */
  model?: ModelConfig;
  /**
   * A `.safetensors` file of `kd` or with the names of a PyTorch network, a file of `torch.save` (`.pth`, `.pt`, `.th`), or an
   * `.onnx` file, which runs beside the student in a session of its own.
   */
  weights?: string;
  /** For an `.onnx` file only. */
  onnx?: OnnxTeacherConfig;
  training?: TeacherTrainingConfig;
  /** Which of `views` it is shown instead of the images while the student learns (`crdModality`); default none. */
  view?: string;
}

export type OptimizerConfig =
  | { name: 'sgd'; momentum?: number; nesterov?: boolean; weightDecay?: number }
  | { name: 'adamW'; beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number };

export interface CheckpointConfig {
  /** Updates between two checkpoints; default one epoch. */
  everySteps?: number;
  /** How many to keep; default 2. */
  keep?: number;
}

/** What `kd distill` reads. Every number has a range that is checked before any work starts. */
export interface DistillConfig {
  /** Of the initial weights and the order of the data; default 0. */
  seed?: number;
  dataset: DigitsConfig | IdxConfig | Cifar100Config;
  split?: SplitConfig;
  augmentation?: AugmentationConfig;
  /** Further views of each image, by the names that methods ask for, each with an augmentation of its own. */
  views?: Record<string, AugmentationConfig>;
  /**
   * What all networks are shown instead of pixels from 0 to 1. Weights from elsewhere need what they were trained with; an
   * `.onnx` teacher goes on getting what its own `preprocessing` says.
   */
  normalization?: NormalizationConfig;
  teacher: TeacherConfig;
  student: { model: ModelConfig };
  /** The terms of the loss, added up. */
  method: MethodConfig[];
  /** Default: SGD with Nesterov momentum 0.9 and weight decay 0.0005. */
  optimizer?: OptimizerConfig;
  learningRate: ScheduleConfig;
  epochs: number;
  /** Default 64. */
  batchSize?: number;
  /** Default: the best backend that can run here. */
  backend?: string;
  /** Folder of the results, relative to the configuration file. */
  output: string;
  checkpoint?: CheckpointConfig;
}

/** Returns its argument. It gives completion and type checks to a configuration written in TypeScript. */
export function defineConfig(config: DistillConfig): DistillConfig {
  return config;
}
