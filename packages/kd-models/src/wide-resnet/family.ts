import type { ModelFamily } from '../registry/model-family.ts';
import { wideResnet } from './wide-resnet.ts';

export const wideResnetFamily: ModelFamily = {
  family: 'wide-resnet',
  pattern: /^wrn-(\d+)-(\d+)$/,
  listed: ['16-1', '16-2', '16-4', '28-10', '40-1', '40-2'].map((shape) => `wrn-${shape}`),
  construct: ([depth, widenFactor], options) =>
    wideResnet({ ...options, depth: Number(depth), widenFactor: Number(widenFactor) }),
};
