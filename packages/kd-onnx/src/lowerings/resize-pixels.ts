/** Where pixels of a resized image lie in the original. */
export interface ResizeSettings {
  /** The first and last pixels of both images coincide. */
  readonly alignCorners: boolean;
  /** Pixels are squares seen at their centres, not points at integer coordinates. */
  readonly halfPixelCenters: boolean;
}

/** The coordinate in the original, of `from` pixels, of each of `to` pixels. */
function coordinates(from: number, to: number, { alignCorners, halfPixelCenters }: ResizeSettings): number[] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
  const shift = halfPixelCenters && !alignCorners ? 0.5 : 0;
  return Array.from({ length: to }, (_, pixel) => scale * (pixel + shift) - shift);
}

/** The pixel of the original that each pixel of a resized image takes its value from. */
export function nearestPixels(from: number, to: number, settings: ResizeSettings): Int32Array {
  const rounds = settings.alignCorners || settings.halfPixelCenters;
  return Int32Array.from(coordinates(from, to, settings), (coordinate) =>
    Math.min(Math.max(rounds ? Math.round(coordinate) : Math.floor(coordinate), 0), from - 1),
  );
}

/** The two pixels of the original between which each pixel of a resized image lies, and the weight of the second. */
export interface Interpolation {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly weight: Float32Array;
}

export function interpolation(from: number, to: number, settings: ResizeSettings): Interpolation {
  const positions = coordinates(from, to, settings).map((each) => Math.min(Math.max(each, 0), from - 1));
  return {
    low: Int32Array.from(positions, Math.floor),
    high: Int32Array.from(positions, Math.ceil),
    weight: Float32Array.from(positions, (position) => position - Math.floor(position)),
  };
}
