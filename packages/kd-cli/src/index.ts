export type {
  AugmentationConfig,
  ColorJitterConfig,
  ErasingConfig,
  MixConfig,
  PolicyConfig,
  PolicyName,
  RandomResizedCropConfig,
  ViewConfig,
} from './config/augmentation-config.ts';
export { type DistillConfig, defineConfig } from './config/config.ts';
export type {
  Cifar10Config,
  Cifar100Config,
  DigitsConfig,
  FashionMnistConfig,
  IdxConfig,
  IdxFilesConfig,
  MnistConfig,
  SplitConfig,
  SvhnConfig,
} from './config/dataset-config.ts';
export type {
  Caltech101Config,
  ImageReadingConfig,
  ImagesConfig,
  MiniImagenetConfig,
  PublishedImagesConfig,
} from './config/image-dataset-config.ts';
export { checkConfig, loadConfig } from './config/load-config.ts';
export type { LoggingConfig } from './config/logging-config.ts';
export type { LogitTransformConfig, MethodConfig, TemperatureConfig } from './config/method-config.ts';
export type { ModelConfig, ResnetConfig } from './config/model-config.ts';
export type { NormalizationConfig, NormalizationNumbers } from './config/normalization-config.ts';
export type {
  AdamConfig,
  AdamWConfig,
  LarsConfig,
  LionConfig,
  OptimizerConfig,
  SgdConfig,
} from './config/optimizer-config.ts';
export type {
  CosineConfig,
  LinearConfig,
  OneCycleConfig,
  PolynomialConfig,
  ProductConfig,
  ScheduleConfig,
  SequenceConfig,
  StepDecayConfig,
  UntilConfig,
} from './config/schedule-config.ts';
export type { StudyConfig } from './config/study-config.ts';
export type {
  CsvConfig,
  ManifestConfig,
  ManifestPartConfig,
  NpzConfig,
  NpzPartConfig,
} from './config/table-dataset-config.ts';
export type { TeacherCacheConfig } from './config/teacher-cache-config.ts';
export type { TeacherConfig, TeacherTrainingConfig } from './config/teacher-config.ts';
export type { CheckpointConfig, SelectConfig, TrainingConfig } from './config/training-config.ts';
export { reportPage } from './report/page.ts';
export type * from './report/report-data.ts';
