import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 75.61,
  student: 73.26,
  distilled: 76.24,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'wrn-40-2', student: 'wrn-16-2', method: byDkd(6) });
