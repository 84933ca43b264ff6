import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 75.61,
  student: 70.5,
  distilled: 76.7,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'wrn-40-2', student: 'shufflenetv1', method: byDkd(8) });
