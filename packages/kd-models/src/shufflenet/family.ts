import type { ModelFamily } from '../registry/model-family.ts';
import { shuffleNetV1 } from './shufflenet-v1.ts';
import { type ShuffleNetV2SizeFactor, shuffleNetV2 } from './shufflenet-v2.ts';

export const shuffleNetFamilies: readonly ModelFamily[] = [
  {
    family: 'shufflenetv1',
    pattern: /^shufflenetv1(?:-g(\d+))?$/,
    listed: ['shufflenetv1', 'shufflenetv1-g1', 'shufflenetv1-g2'],
    construct: ([groups], options) =>
      shuffleNetV1({ ...options, ...(groups !== undefined && { groups: Number(groups) }) }),
  },
  {
    family: 'shufflenetv2',
    pattern: /^shufflenetv2(?:-(\d+\.\d+))?$/,
    listed: ['shufflenetv2', 'shufflenetv2-0.5', 'shufflenetv2-1.5', 'shufflenetv2-2.0'],
    construct: ([factor], options) =>
      shuffleNetV2({
        ...options,
        ...(factor !== undefined && { sizeFactor: Number(factor) as ShuffleNetV2SizeFactor }),
      }),
  },
];
