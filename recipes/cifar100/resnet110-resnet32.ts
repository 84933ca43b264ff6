import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 74.31,
  student: 71.14,
  distilled: 74.11,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'resnet110', student: 'resnet32', method: byDkd(2) });
