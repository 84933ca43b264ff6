import type { ModelFamily } from '../registry/model-family.ts';
import { mobileNetV1 } from './mobilenet-v1.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';

export const mobileNetFamilies: readonly ModelFamily[] = [
  {
    family: 'mobilenetv1',
    pattern: /^mobilenetv1(?:-(\d+(?:\.\d+)?))?$/,
    listed: ['mobilenetv1', 'mobilenetv1-0.5'],
    construct: ([widthMultiplier = 1], options) =>
      mobileNetV1({ ...options, widthMultiplier: Number(widthMultiplier) }),
  },
  {
    family: 'mobilenetv2',
    pattern: /^mobilenetv2(?:-(\d+(?:\.\d+)?))?$/,
    listed: ['mobilenetv2', 'mobilenetv2-0.5'],
    construct: ([widthMultiplier = 1], options) =>
      mobileNetV2({ ...options, widthMultiplier: Number(widthMultiplier) }),
  },
  {
    family: 'mobilenetv2',
    pattern: /^mobilenetv2-half$/,
    listed: ['mobilenetv2-half'],
    construct: (_groups, options) => mobileNetV2({ ...options, variant: 'cifar', widthMultiplier: 0.5 }),
  },
];
