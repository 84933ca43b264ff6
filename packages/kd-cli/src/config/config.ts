import type { AugmentationConfig, ViewConfig } from './augmentation-config.ts';
import type { DatasetConfig, SplitConfig } from './dataset-config.ts';
import type { LoggingConfig } from './logging-config.ts';
import type { MethodConfig } from './method-config.ts';
import type { ModelConfig } from './model-config.ts';
import type { NormalizationConfig } from './normalization-config.ts';
import type { OptimizerConfig } from './optimizer-config.ts';
import type { ScheduleConfig } from './schedule-config.ts';
import type { StudyConfig } from './study-config.ts';
import type { TeacherConfig } from './teacher-config.ts';
import type { CheckpointConfig, TrainingConfig } from './training-config.ts';

/** What `kd distill` reads. Every number has a range that is checked before any work starts. */
export interface DistillConfig {
  /** Of the initial weights and the order of the data; default 0. */
  seed?: number;
  dataset: DatasetConfig;
  split?: SplitConfig;
  /** Of what networks are trained with; what they are tested with stays as it is. */
  augmentation?: AugmentationConfig;
  /** Further views of each image, by the names that methods ask for, each with an augmentation of its own. */
  views?: Record<string, ViewConfig>;
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
  /**
   * Threads that make the batches of trainings, which does not change them; 0 makes them in the main thread, beside the steps. Default 0:
   * training hardly waits for images in memory, unless the augmentation is heavy and the network small.
   */
  workers?: number;
  /** Default: the best backend that can run here. */
  backend?: string;
  /** Folder of the results, relative to the configuration file. */
  output: string;
  /** How all networks are trained, beside their optimisers. */
  training?: TrainingConfig;
  checkpoint?: CheckpointConfig;
  logging?: LoggingConfig;
  study?: StudyConfig;
}

/** Returns its argument. It gives completion and type checks to a configuration written in TypeScript. */
export function defineConfig(config: DistillConfig): DistillConfig {
  return config;
}
