export { checkTrainingStep, type TrainingStepCase } from './training-step.ts';
