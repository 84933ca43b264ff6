import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 74.64,
  student: 70.36,
  distilled: 74.68,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'vgg13', student: 'vgg8', method: byDkd(6) });
