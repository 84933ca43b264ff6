import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 72.34,
  student: 69.06,
  distilled: 71.97,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'resnet56', student: 'resnet20', method: byDkd(2) });
