import { KdError, requireArgument } from 'kd-core';

/** What the numbers of an image mean: a pixel in [0, 1] is the number `(pixel * range - mean) / standardDeviation`. */
export interface PixelScale {
  /** What white is before mean and deviation are applied: 1 (the default), 255. Above 0. */
  readonly range?: number;
  /** One value for all channels or one for each, in units of `range`; default 0. */
  readonly mean?: number | readonly number[];
  /** One value for all channels or one for each, in units of `range`, above 0; default 1. */
  readonly standardDeviation?: number | readonly number[];
}

/** What a network was trained to take. */
export interface Preprocessing extends PixelScale {
  /** Default RGB, the order of loaders. */
  readonly channelOrder?: 'RGB' | 'BGR';
  /** [height, width] of its images, for files that leave them open. */
  readonly inputSize?: readonly [number, number];
}

/** `input[channel] = image[source[channel]] * factor[channel] + offset[channel]` */
export interface PixelMap {
  readonly source: readonly number[];
  readonly factor: readonly number[];
  readonly offset: readonly number[];
}

/**
 * The way from a loader's numbers to the network's. `factor` and `offset` are by channel of the network, `mean` and
 * `standardDeviation` by channel in the order RGB. Throws `INVALID_ARGUMENT`.
 */
export function pixelMap(images: PixelScale, network: Preprocessing, channels: number): PixelMap {
  const from = scaleOf(images, channels, 'images');
  const to = scaleOf(network, channels, 'preprocessing');
  const { channelOrder = 'RGB' } = network;
  requireArgument(
    channelOrder === 'RGB' || channelOrder === 'BGR',
    () => `preprocessing.channelOrder must be 'RGB' or 'BGR', got '${channelOrder}'.`,
  );
  const source = Array.from({ length: channels }, (_, channel) => channel);
  if (channelOrder === 'BGR') source.reverse();
  return {
    source,
    factor: source.map((each) => (from.deviation[each]! * to.range) / (from.range * to.deviation[each]!)),
    offset: source.map(
      (each) => ((from.mean[each]! / from.range) * to.range - to.mean[each]!) / to.deviation[each]!,
    ),
  };
}

function scaleOf(
  { range = 1, mean = 0, standardDeviation = 1 }: PixelScale,
  channels: number,
  name: string,
): { readonly range: number; readonly mean: readonly number[]; readonly deviation: readonly number[] } {
  const perChannel = (value: number | readonly number[], field: string): readonly number[] => {
    const values = typeof value === 'number' ? new Array<number>(channels).fill(value) : value;
    requireArgument(
      Array.isArray(values) && values.length === channels && values.every(Number.isFinite),
      () =>
        `${name}.${field} must be a number or one for each of ${channels} channels, got ${JSON.stringify(value)}.`,
    );
    return values;
  };
  const deviation = perChannel(standardDeviation, 'standardDeviation');
  requireArgument(
    Number.isFinite(range) && range > 0,
    () => `${name}.range must be above 0, got ${range}; it is 1 or 255 for most networks.`,
  );
  requireArgument(
    deviation.every((each) => each > 0),
    () => `${name}.standardDeviation must be above 0, got [${deviation.join(', ')}].`,
  );
  return { range, mean: perChannel(mean, 'mean'), deviation };
}

/** The values of `Image.NominalPixelRange`. */
const NOMINAL_RANGES: Readonly<Record<string, PixelScale>> = {
  NominalRange_0_255: { range: 255 },
  Normalized_0_1: {},
  Normalized_1_1: { mean: 0.5, standardDeviation: 0.5 },
  NominalRange_16_235: { range: 219, mean: -16 },
};

/** The values of `Image.BitmapPixelFormat`. */
const CHANNEL_ORDERS: Readonly<Record<string, 'RGB' | 'BGR'>> = {
  Gray8: 'RGB',
  Rgb8: 'RGB',
  Rgba8: 'RGB',
  Bgr8: 'BGR',
  Bgra8: 'BGR',
};

/**
 * What a file says about its images, in the metadata that ONNX defines for networks that take images (docs/MetadataProps.md of
 * the format: `Image.NominalPixelRange`, `Image.BitmapPixelFormat`, `Image.ColorSpaceGamma`); undefined when it says nothing.
 * Throws `UNSUPPORTED` for a value that is not defined there, and for linear light.
 */
export function imageMetadata(metadata: ReadonlyMap<string, string>): Preprocessing | undefined {
  const range = lookUp(metadata, 'Image.NominalPixelRange', NOMINAL_RANGES);
  const channelOrder = lookUp(metadata, 'Image.BitmapPixelFormat', CHANNEL_ORDERS);
  lookUp(metadata, 'Image.ColorSpaceGamma', { SRGB: true });
  if (range === undefined && channelOrder === undefined) return undefined;
  return { ...range, ...(channelOrder !== undefined && { channelOrder }) };
}

function lookUp<T>(
  metadata: ReadonlyMap<string, string>,
  key: string,
  known: Readonly<Record<string, T>>,
): T | undefined {
  const value = metadata.get(key);
  if (value === undefined) return undefined;
  if (Object.hasOwn(known, value)) return known[value];
  throw new KdError(
    'UNSUPPORTED',
    `The file's metadata say ${key} = '${value}'; known are ${Object.keys(known).join(', ')}. Say what it takes with preprocessing.`,
  );
}
