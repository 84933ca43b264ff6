import type { DistillConfig, MethodConfig } from 'kd-cli';

/*
 * The setting in which all methods are compared: a large network has learned from more images than there are for the
 * small one. The teacher (78,000 parameters) learns from 899 images, the student (5,000) from 179 of them. The
 * student's training was chosen for the student alone, on the validation split, as `kd demo` says it; the methods have
 * the weights that their sources give or, where these do not suit small images, what their recipe says.
 */

/** A distillation on handwritten digits by the terms `method`; `more` replaces keys of the common setting. */
export function onDigits(method: MethodConfig[], more: Partial<DistillConfig> = {}): DistillConfig {
  return {
    seed: 1,
    dataset: { name: 'digits' },
    split: { validation: 0.2, test: 0.3, seed: 0, transfer: 0.2 },
    augmentation: { padding: 1 },
    teacher: {
      model: { name: 'resnet', depth: 8, widths: [16, 16, 32, 64] },
      training: { epochs: 25, learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 16 } },
    },
    student: { model: { name: 'resnet', depth: 8, widths: [4, 4, 8, 16] } },
    method,
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
    learningRate: { name: 'cosine', initial: 0.2, warmupSteps: 16 },
    epochs: 200,
    batchSize: 64,
    output: '../../runs/digits',
    ...more,
  };
}
