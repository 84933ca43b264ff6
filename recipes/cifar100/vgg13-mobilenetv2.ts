import { byDkd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 74.64,
  student: 64.6,
  distilled: 69.71,
  source: sources.dkd,
};

export default onCifar100({ teacher: 'vgg13', student: 'mobilenetv2-half', method: byDkd(6) });
