import type { Image } from '../transform.ts';

// Defined on images of 256 levels: pixels are rounded to levels 0..255 first, and come out as levels / 255, which is what an 8-bit
// image has anyway. Bit for bit what Pillow's ImageOps gives for such an image.

const levels = 256;

/** Keeps the `bits` highest bits of each level, 0..8. */
export function posterize(image: Image, bits: number): Image {
  const mask = 255 & ~(2 ** (8 - bits) - 1);
  const table = new Float32Array(levels);
  for (let level = 0; level < levels; level++) table[level] = (level & mask) / 255;
  return lookUp(image, () => table);
}

/** Inverts the levels from `threshold` on, in 0..256: 256 changes nothing, 0 inverts all. */
export function solarize(image: Image, threshold: number): Image {
  const table = new Float32Array(levels);
  for (let level = 0; level < levels; level++) table[level] = (level < threshold ? level : 255 - level) / 255;
  return lookUp(image, () => table);
}

/** Stretches each channel to all levels, darkest to 0 and lightest to 255. A channel of one level stays as it is. */
export function autocontrast(image: Image): Image {
  return lookUp(image, (histogram) => {
    const darkest = histogram.findIndex((count) => count > 0);
    const lightest = histogram.findLastIndex((count) => count > 0);
    const scale = 255 / (lightest - darkest);
    return Float32Array.from(histogram, (_, level) =>
      lightest <= darkest ? level / 255 : byte(Math.trunc(level * scale - darkest * scale)) / 255,
    );
  });
}

/** Spreads the levels of each channel so that all are about equally frequent. A channel of one level stays as it is. */
export function equalize(image: Image): Image {
  return lookUp(image, (histogram) => {
    const lightest = histogram.findLastIndex((count) => count > 0);
    const pixels = image.shape[0] * image.shape[1];
    const step = Math.floor((pixels - histogram[lightest]!) / 255);
    let below = Math.floor(step / 2);
    return Float32Array.from(histogram, (count, level) => {
      const spread = step === 0 ? level : byte(Math.floor(below / step));
      below += count;
      return spread / 255;
    });
  });
}

/** Each channel by a table from level to value, made of how often each level is there. */
function lookUp({ data, shape }: Image, tableOf: (histogram: Int32Array) => Float32Array): Image {
  const channels = shape[2];
  const levelOf = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) levelOf[i] = data[i]! * 255;
  const mapped = new Float32Array(data.length);
  const histogram = new Int32Array(levels);
  for (let channel = 0; channel < channels; channel++) {
    histogram.fill(0);
    for (let i = channel; i < data.length; i += channels) histogram[levelOf[i]!]!++;
    const table = tableOf(histogram);
    for (let i = channel; i < data.length; i += channels) mapped[i] = table[levelOf[i]!]!;
  }
  return { data: mapped, shape };
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, value));
}
