import { resnet } from 'kd-models';

export const student = resnet({ depth: 20, classes: 100, inputShape: [32, 32, 3] });

export const settings = { batchSize: 64, learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 };
