import { type Batch, KdError, type PrngKey, randomBeta } from 'kd-core';
import { drawFractions } from '../transforms/draws.ts';
import type { Rectangle } from '../transforms/rectangle.ts';
import { describedMix, type Mix } from './mix.ts';
import { mixBatch, unmixed } from './mix-batch.ts';
import { checkedMixOptions, type MixOptions, mixKeys } from './mix-options.ts';

/**
 * One sample with a rectangle of another: of the proportions of the image, 1 - Beta(alpha, alpha) of its area, and with its centre
 * anywhere in it, one for a batch; it is cut off at the border, and the share is that of the pixels that are left (S. Yun et al.
 * 2019, arXiv 1905.04899). The authors mix half of the batches of CIFAR (`probability: 0.5`) and all of ImageNet.
 * Views of another size than the images throw `SHAPE_MISMATCH`: pixels of both must mean the same share.
 */
export function cutMix(options: MixOptions = {}): Mix {
  const { alpha, probability } = checkedMixOptions(options);
  return describedMix({ name: 'cutMix', options: { alpha, probability } }, (batch, key) => {
    const [, height, width] = batch.images.shape as [number, number, number, number];
    requireOneSize(batch, height, width);
    const keys = mixKeys(key, probability);
    if (keys === undefined) return unmixed(batch);
    const cut = Math.sqrt(1 - randomBeta(keys[0], { alpha, beta: alpha }));
    const box = drawBox(keys[2], { height, width, cut });
    return mixBatch(batch, keys[1], {
      share: 1 - (box.height * box.width) / (height * width),
      blend(first, second, target, [, , channels]) {
        target.set(first);
        for (let row = box.top; row < box.top + box.height; row++) {
          const start = (row * width + box.left) * channels;
          target.set(second.subarray(start, start + box.width * channels), start);
        }
      },
    });
  });
}

function drawBox(
  key: PrngKey,
  { height, width, cut }: { readonly height: number; readonly width: number; readonly cut: number },
): Rectangle {
  const [x, y] = drawFractions(key, 2);
  const span = (length: number, fraction: number): readonly [first: number, end: number] => {
    const half = Math.floor(Math.floor(length * cut) / 2);
    const middle = Math.floor(fraction * length);
    return [Math.max(0, middle - half), Math.min(length, middle + half)];
  };
  const [top, bottom] = span(height, y!);
  const [left, right] = span(width, x!);
  return { top, left, height: bottom - top, width: right - left };
}

function requireOneSize({ views = {} }: Batch, height: number, width: number): void {
  for (const [name, { shape }] of Object.entries(views)) {
    if (shape[1] === height && shape[2] === width) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `cutMix cuts the same pixels out of images and views, but the images have ${height}x${width} and the view '${name}' ${shape[1]}x${shape[2]} pixels. Make them one size, or use mixup.`,
    );
  }
}
