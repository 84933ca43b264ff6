/** A part of an image, in pixels, which may lie between pixels. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** An image of any type of numbers, row-major [height, width, channels]. */
export interface Raster {
  readonly data: Float32Array | Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** Of each target position: the first source position that counts, and the weights of it and those after it. */
interface Weights {
  readonly first: Int32Array;
  /** `taps` for each target position; those past its last source position are 0. */
  readonly values: Float64Array;
  readonly taps: number;
}

/**
 * `region` of an image (all of it unless given) in another size, in the units of the source, not rounded. Bilinear with
 * antialiasing, as Pillow's `resize(..., BILINEAR)` and torchvision's `resize`: a triangle as wide as a target pixel covers of
 * the source, at least two source pixels, cut off at the border of the image. Pillow rounds to whole levels after each of the two
 * passes (columns first); this does not, and so differs by less than one level.
 */
export function resample(
  { data, shape }: Raster,
  target: { readonly height: number; readonly width: number },
  region: Region = { top: 0, left: 0, height: shape[0], width: shape[1] },
): Float32Array {
  const [height, width, channels] = shape;
  const horizontal = weightsOf(width, target.width, region.left, region.width);
  const vertical = weightsOf(height, target.height, region.top, region.height);
  const firstRow = vertical.first[0]!;
  const lastRow = Math.min(height, vertical.first[target.height - 1]! + vertical.taps);

  const rowLength = target.width * channels;
  const narrowed = new Float32Array((lastRow - firstRow) * rowLength);
  for (let row = firstRow; row < lastRow; row++) {
    const source = row * width * channels;
    let at = (row - firstRow) * rowLength;
    for (let column = 0; column < target.width; column++) {
      const start = source + horizontal.first[column]! * channels;
      const weight = column * horizontal.taps;
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0;
        for (let tap = 0; tap < horizontal.taps; tap++) {
          const value = horizontal.values[weight + tap]!;
          if (value !== 0) sum += value * data[start + tap * channels + channel]!;
        }
        narrowed[at++] = sum;
      }
    }
  }

  const resized = new Float32Array(target.height * rowLength);
  for (let row = 0; row < target.height; row++) {
    const at = row * rowLength;
    for (let tap = 0; tap < vertical.taps; tap++) {
      const weight = vertical.values[row * vertical.taps + tap]!;
      if (weight === 0) continue;
      const source = (vertical.first[row]! + tap - firstRow) * rowLength;
      for (let i = 0; i < rowLength; i++) resized[at + i] = resized[at + i]! + weight * narrowed[source + i]!;
    }
  }
  return resized;
}

/** Pillow's `precompute_coeffs` for the triangle filter. */
function weightsOf(length: number, count: number, start: number, extent: number): Weights {
  const scale = extent / count;
  const support = Math.max(scale, 1);
  const taps = 2 * Math.ceil(support) + 1;
  const first = new Int32Array(count);
  const values = new Float64Array(count * taps);
  for (let position = 0; position < count; position++) {
    const center = start + (position + 0.5) * scale;
    const begin = Math.max(0, Math.floor(center - support + 0.5));
    const end = Math.min(length, Math.floor(center + support + 0.5));
    let sum = 0;
    for (let source = begin; source < end; source++) {
      const weight = Math.max(0, 1 - Math.abs(source - center + 0.5) / support);
      values[position * taps + source - begin] = weight;
      sum += weight;
    }
    for (let tap = 0; tap < end - begin; tap++) values[position * taps + tap]! /= sum;
    first[position] = begin;
  }
  return { first, values, taps };
}
