/** How a coordinate of the result becomes one of the input. */
type CoordinateMode =
  | 'half_pixel'
  | 'half_pixel_symmetric'
  | 'pytorch_half_pixel'
  | 'align_corners'
  | 'asymmetric'
  | 'tf_half_pixel_for_nn';

type NearestMode = 'round_prefer_floor' | 'round_prefer_ceil' | 'floor' | 'ceil';

export interface Resampling {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: CoordinateMode;
  readonly nearest: NearestMode;
  readonly cubicCoefficient: number;
  /** Whether weights outside of the image are left out, and the others made to add up to 1 again. */
  readonly excludesOutside: boolean;
}

export interface ResampledAxis {
  readonly inSize: number;
  readonly outSize: number;
  /** Result size over input size as the file states it: before rounding to `outSize`. */
  readonly scale: number;
}

/** The input coordinate of element `index` of the result. */
function coordinateOf(
  mode: CoordinateMode,
  index: number,
  { inSize, outSize, scale }: ResampledAxis,
): number {
  switch (mode) {
    case 'half_pixel':
      return (index + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = outSize / (scale * inSize);
      const center = inSize / 2;
      return center * (1 - adjustment) + (index + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return outSize > 1 ? (index + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return outSize === 1 ? 0 : (index * (inSize - 1)) / (outSize - 1);
    case 'asymmetric':
      return index / scale;
    case 'tf_half_pixel_for_nn':
      return (index + 0.5) / scale;
  }
}

/** Element [o, i]: the weight of input element i in element o of the result, row-major. */
export function resamplingMatrix(resampling: Resampling, axis: ResampledAxis): Float32Array {
  const { inSize, outSize } = axis;
  const matrix = new Float32Array(inSize * outSize);
  for (let index = 0; index < outSize; index++) {
    const coordinate = coordinateOf(resampling.coordinates, index, axis);
    for (const [position, weight] of weightsAt(resampling, coordinate, inSize)) {
      const source = Math.min(Math.max(position, 0), inSize - 1);
      matrix[index * inSize + source]! += weight;
    }
  }
  return matrix;
}

/** Input positions, perhaps outside of the image, with their weights. */
function weightsAt(
  resampling: Resampling,
  coordinate: number,
  inSize: number,
): readonly (readonly [position: number, weight: number])[] {
  if (resampling.mode === 'nearest') return [[nearestTo(coordinate, resampling.nearest), 1]];
  if (resampling.mode === 'linear') {
    const inside = Math.min(Math.max(coordinate, 0), inSize - 1);
    const below = Math.floor(inside);
    return [
      [below, 1 - (inside - below)],
      [below + 1, inside - below],
    ];
  }
  const below = Math.floor(coordinate);
  const weights = [-1, 0, 1, 2].map(
    (offset) =>
      [
        below + offset,
        cubicWeight(Math.abs(coordinate - below - offset), resampling.cubicCoefficient),
      ] as const,
  );
  if (!resampling.excludesOutside) return weights;
  const inside = weights.filter(([position]) => position >= 0 && position < inSize);
  const total = inside.reduce((sum, [, weight]) => sum + weight, 0);
  return inside.map(([position, weight]) => [position, weight / total] as const);
}

function nearestTo(coordinate: number, mode: NearestMode): number {
  switch (mode) {
    case 'round_prefer_floor':
      return Math.ceil(coordinate - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(coordinate + 0.5);
    case 'floor':
      return Math.floor(coordinate);
    case 'ceil':
      return Math.ceil(coordinate);
  }
}

/** Convolution kernel of cubic interpolation (Keys 1981, eq. 4) at a distance of at most 2. */
function cubicWeight(distance: number, a: number): number {
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}
