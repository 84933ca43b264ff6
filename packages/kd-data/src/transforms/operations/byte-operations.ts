import type { Image } from '../transform.ts';

// Defined on images of 256 levels: pixels are rounded to levels 0..255 first, and come out as levels / 255, which is what an 8-bit
// image has anyway. Bit for bit what Pillow's ImageOps gives for such an image.

const levels = 256;

/** Keeps the `bits` highest bits of each level, 0..8. */
export function posterize(image: Image, bits: number): Image {
  const mask = 255 & ~(2 ** (8 - bits) - 1);
  const table = new Float32Array(levels);
  for (let level = 0; level < levels; level++) table[level] = (level & mask) / 255;
  return lookUp(image, table);
}

/** Inverts the levels from `threshold` on, in 0..256: 256 changes nothing, 0 inverts all. */
export function solarize(image: Image, threshold: number): Image {
  const table = new Float32Array(levels);
  for (let level = 0; level < levels; level++) table[level] = (level < threshold ? level : 255 - level) / 255;
  return lookUp(image, table);
}

/** Stretches each channel to all levels, darkest to 0 and lightest to 255. A channel of one level stays as it is. */
export function autocontrast(image: Image): Image {
  return lookUpByChannel(image, (histogram, table) => {
    let darkest = 0;
    while (histogram[darkest] === 0) darkest++;
    const lightest = lightestOf(histogram);
    const scale = 255 / (lightest - darkest);
    for (let level = darkest; level <= lightest; level++) {
      const stretched = Math.min(255, Math.trunc(level * scale - darkest * scale));
      table[level] = (lightest === darkest ? level : stretched) / 255;
    }
  });
}

/** Spreads the levels of each channel so that all are about equally frequent. A channel of one level stays as it is. */
export function equalize(image: Image): Image {
  const pixels = image.shape[0] * image.shape[1];
  return lookUpByChannel(image, (histogram, table) => {
    const step = Math.floor((pixels - histogram[lightestOf(histogram)]!) / 255);
    let below = Math.floor(step / 2);
    for (let level = 0; level < levels; level++) {
      table[level] = (step === 0 ? level : Math.min(255, Math.floor(below / step))) / 255;
      below += histogram[level]!;
    }
  });
}

function lightestOf(histogram: Int32Array): number {
  let level = levels - 1;
  while (histogram[level] === 0) level--;
  return level;
}

function lookUp({ data, shape }: Image, table: Float32Array): Image {
  const levelOf = levelsOf(data);
  const mapped = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) mapped[i] = table[levelOf[i]!]!;
  return { data: mapped, shape };
}

/** `fill` writes the value of each level that a channel has, from how often it has it. */
function lookUpByChannel(
  { data, shape }: Image,
  fill: (histogram: Int32Array, table: Float32Array) => void,
): Image {
  const channels = shape[2];
  const levelOf = levelsOf(data);
  const mapped = new Float32Array(data.length);
  const histogram = new Int32Array(levels);
  const table = new Float32Array(levels);
  for (let channel = 0; channel < channels; channel++) {
    histogram.fill(0);
    for (let i = channel; i < data.length; i += channels) histogram[levelOf[i]!]!++;
    fill(histogram, table);
    for (let i = channel; i < data.length; i += channels) mapped[i] = table[levelOf[i]!]!;
  }
  return { data: mapped, shape };
}

function levelsOf(data: Float32Array): Uint8ClampedArray {
  const levelOf = new Uint8ClampedArray(data.length);
  for (let i = 0; i < data.length; i++) levelOf[i] = data[i]! * 255;
  return levelOf;
}
