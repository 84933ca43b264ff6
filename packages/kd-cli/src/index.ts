export {
  type AugmentationConfig,
  type CheckpointConfig,
  type Cifar100Config,
  type DigitsConfig,
  type DistillConfig,
  defineConfig,
  type IdxConfig,
  type IdxFilesConfig,
  type ModelConfig,
  type OptimizerConfig,
  type ResnetConfig,
  type SplitConfig,
  type TeacherConfig,
  type TeacherTrainingConfig,
} from './config/config.ts';
export { checkConfig, loadConfig } from './config/load-config.ts';
export type { LogitTransformConfig, MethodConfig, TemperatureConfig } from './config/method-config.ts';
export type {
  CosineConfig,
  LinearConfig,
  PolynomialConfig,
  ScheduleConfig,
  StepDecayConfig,
  UntilConfig,
} from './config/schedule-config.ts';
export { reportPage } from './report/page.ts';
export type * from './report/report-data.ts';
