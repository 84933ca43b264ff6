export {
  type AugmentationConfig,
  type CheckpointConfig,
  type CosineConfig,
  type DigitsConfig,
  type DistillConfig,
  defineConfig,
  type IdxConfig,
  type IdxFilesConfig,
  type MethodConfig,
  type ModelConfig,
  type OptimizerConfig,
  type ResnetConfig,
  type ScheduleConfig,
  type SplitConfig,
  type StepDecayConfig,
  type TeacherConfig,
  type TeacherTrainingConfig,
} from './config/config.ts';
export { checkConfig, loadConfig } from './config/load-config.ts';
export { reportPage } from './report/page.ts';
export type * from './report/report-data.ts';
