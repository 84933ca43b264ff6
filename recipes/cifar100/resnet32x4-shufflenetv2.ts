import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 79.42,
  student: 71.82,
  distilled: 77.07,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'resnet32x4', student: 'shufflenetv2', method: byDkd(8) });
