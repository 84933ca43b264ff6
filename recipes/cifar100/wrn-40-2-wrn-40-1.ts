import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 75.61,
  student: 71.98,
  distilled: 74.81,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'wrn-40-2', student: 'wrn-40-1', method: byDkd(6) });
