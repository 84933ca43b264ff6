import type { DistillConfig, MethodConfig, StepDecayConfig } from 'kd-cli';

/** Test accuracies in percent that papers report for a pair, and where. */
export interface Published {
  readonly teacher: number;
  /** The student alone. */
  readonly student: number;
  /** The student taught as in the recipe. */
  readonly distilled: number;
  readonly source: string;
}

export interface Pair {
  readonly teacher: string;
  readonly student: string;
  readonly method: MethodConfig[];
}

export const sources = {
  crd: 'Tian et al., Contrastive Representation Distillation, ICLR 2020, arXiv:1910.10699',
  multiLevel:
    'Jin et al., Multi-Level Logit Distillation, CVPR 2023, as listed by Sun et al., CVPR 2024, arXiv:2403.01427',
  dkd: 'Zhao et al., Decoupled Knowledge Distillation, CVPR 2022, arXiv:2203.08679',
} as const;

/** DKD with the labels; `beta` is what its authors chose for the pair. */
export function byDkd(beta: number): MethodConfig[] {
  return [{ name: 'crossEntropy' }, { name: 'dkd', alpha: 1, beta, temperature: 4, warmupEpochs: 20 }];
}

/** CRD with the labels. */
export const byCrd: MethodConfig[] = [{ name: 'crossEntropy' }, { name: 'crd', weight: 0.8 }];

/** Students that the papers train at a fifth of the learning rate. */
const slowStudents = /^(?:mobilenet|shufflenet)/;

/**
 * The setting of the CIFAR-100 benchmarks of Tian et al., which nearly all later papers took over: 240 epochs in batches of
 * 64, SGD with momentum 0.9 and weight decay 0.0005, a learning rate of 0.05 (0.01 for MobileNet and ShuffleNet) that falls
 * to a tenth after 150, 180 and 210 epochs, crops out of 4 pixels of padding, mirror images; teachers are trained alike. Two
 * things differ: 2 % of the training images are kept back to watch the training with, and what is reported is the test
 * accuracy after the last epoch, as the code of CRD does it; that of DKD, and of most papers since, reports the best of all epochs.
 * `folder` of the data set is where `cifar-100-binary.tar.gz` is unpacked.
 */
export function onCifar100({ teacher, student, method }: Pair): DistillConfig {
  const schedule = (initial: number): StepDecayConfig => ({
    name: 'step',
    initial,
    milestones: [150, 180, 210],
    factor: 0.1,
  });
  return {
    seed: 1,
    dataset: { name: 'cifar100', folder: '../../data/cifar-100-binary' },
    split: { validation: 0.02 },
    augmentation: { padding: 4, flip: 0.5 },
    normalization: { mean: [0.5071, 0.4867, 0.4408], standardDeviation: [0.2675, 0.2565, 0.2761] },
    teacher: { model: teacher, training: { learningRate: schedule(0.05) } },
    student: { model: student },
    method,
    optimizer: { name: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 5e-4 },
    learningRate: schedule(slowStudents.test(student) ? 0.01 : 0.05),
    epochs: 240,
    batchSize: 64,
    output: `../../runs/cifar100/${teacher}-${student}`,
  };
}
