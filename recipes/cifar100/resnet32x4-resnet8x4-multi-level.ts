import type { DistillConfig } from 'kd-cli';
import { onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 79.42,
  student: 72.5,
  distilled: 77.08,
  source: sources.multiLevel,
};

const base = onCifar100({
  teacher: 'resnet32x4',
  student: 'resnet8x4',
  method: [{ name: 'multiLevelLogit' }],
});

/**
 * Multi-level logit distillation by its released settings for this pair: 480 epochs, half of the usual learning rate. The authors' strong
 * view draws a magnitude for each of its two operations and hides a grey square of up to half of the image; here the
 * magnitude is always 10 and the square always of 16 black pixels.
 */
const config: DistillConfig = {
  ...base,
  views: { strong: { padding: 4, flip: 0.5, policy: { name: 'randAugment', magnitude: 10 }, cutout: 16 } },
  teacher: { ...base.teacher, training: { ...base.teacher.training, epochs: base.epochs } },
  learningRate: { name: 'step', initial: 0.025, milestones: [150, 180, 210], factor: 0.1 },
  epochs: 480,
  output: `${base.output}-multi-level`,
};

export default config;
