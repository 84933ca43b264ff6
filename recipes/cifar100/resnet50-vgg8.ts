import { byCrd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 79.34,
  student: 70.36,
  distilled: 74.3,
  source: sources.crd,
};

export default onCifar100({ teacher: 'resnet50-cifar', student: 'vgg8', method: byCrd });
