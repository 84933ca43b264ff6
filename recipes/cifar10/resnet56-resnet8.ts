import type { DistillConfig } from 'kd-cli';

/*
 * CIFAR-10 as JPEG files, with a teacher that others have trained: resnet56 of akamaster/pytorch_resnet_cifar10 (shortcuts without
 * weights, `resnet56-a`), fine-tuned on the JPEG files. The folder below has `cifar10-jpeg/train.zip` and
 * `test.zip` with CLASS/NAME.jpg, and `teachers/cifar10-resnet56-jpeg.safetensors`.
 *
 * The settings are those that papers use for the student alone, shortened to 10 epochs, and Hinton's loss with its usual weight
 * and temperature; nothing was chosen on the test images.
 */
const data = '../../../shared/data';

const recipe: DistillConfig = {
  seed: 1,
  dataset: { name: 'images', train: `${data}/cifar10-jpeg/train.zip`, test: `${data}/cifar10-jpeg/test.zip` },
  split: { validation: 0.02 },
  augmentation: { padding: 4, flip: 0.5 },
  // What the teacher was trained with.
  normalization: { mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] },
  teacher: {
    model: 'resnet56-a',
    weights: `${data}/teachers/cifar10-resnet56-jpeg.safetensors`,
    cache: { folder: '../../runs/teacher-cache', variants: 4 },
  },
  student: { model: 'resnet8' },
  method: [
    { name: 'crossEntropy', weight: 0.1 },
    { name: 'hinton', weight: 0.9, temperature: 4 },
  ],
  optimizer: { name: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 100 },
  epochs: 10,
  batchSize: 128,
  backend: 'ort-cpu',
  output: '../../runs/cifar10-resnet56-resnet8',
  study: {
    seeds: 2,
    studentAlone: true,
    liveTeacherEpochs: 2,
    title: 'resnet56 to resnet8 on CIFAR-10 as JPEG files',
    page: '../../docs/results/cifar10.md',
  },
};

export default recipe;
