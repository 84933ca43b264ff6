import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 79.34,
  student: 64.6,
  distilled: 70.35,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'resnet50-cifar', student: 'mobilenetv2-half', method: byDkd(8) });
