import type { ModelConfig } from './model-config.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import type { ScheduleConfig } from './schedule-config.ts';
import type { TeacherCacheConfig } from './teacher-cache-config.ts';

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
  /** Default none: the teacher runs in every step. */
  cache?: TeacherCacheConfig;
}
