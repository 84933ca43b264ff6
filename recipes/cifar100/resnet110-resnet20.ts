import { byCrd, onCifar100, type Published, sources } from './common.ts';

/** Percent of the test images. */
export const published: Published = {
  teacher: 74.31,
  student: 69.06,
  distilled: 71.46,
  source: sources.crd,
};

export default onCifar100({ teacher: 'resnet110', student: 'resnet20', method: byCrd });
