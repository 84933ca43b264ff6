/**
 * The minimal filtering F(4, 3) of Winograd 1980 in the form of Lavin & Gray 2016 (arXiv:1509.09308, section 3): four
 * neighbouring outputs of a filter of three taps from six products instead of twelve,
 * y = A^T [(G g) * (B^T d)]. Applied to rows and to columns, a 3x3 convolution takes a quarter of the products.
 *
 * The matrices follow from six points at which polynomials are evaluated, the last of which is infinity.
 * These finite ones lose less to rounding than 0, 1, -1, 2, -2 (Barabasz et al. 2020, arXiv:1803.10986).
 */
const FINITE_POINTS = [0, 1, -1, 0.5, -2] as const;

/** Outputs of one tile along one axis. */
export const TILE_SIZE = 4;
export const FILTER_SIZE = 3;
/** Products of one tile along one axis. */
export const TILE_PRODUCTS: number = TILE_SIZE + FILTER_SIZE - 1;

/** A^T [tile size, products]: outputs from products. */
const OUTPUTS_FROM_PRODUCTS = Array.from({ length: TILE_SIZE }, (_, power) => [
  ...FINITE_POINTS.map((point) => point ** power),
  power === TILE_SIZE - 1 ? 1 : 0,
]);

/** G [products, filter size]: the filter's factor of each product. */
const FACTORS_FROM_FILTER = [
  ...FINITE_POINTS.map((point) => {
    const scale = othersThan(point).reduce((product, other) => product * (point - other), 1);
    return Array.from({ length: FILTER_SIZE }, (_, power) => point ** power / scale);
  }),
  [0, 0, 1],
];

/** B^T [products, products]: the signal's factor of each product. */
const FACTORS_FROM_SIGNAL = [
  ...FINITE_POINTS.map((point) => [...polynomialWithRoots(othersThan(point)), 0]),
  polynomialWithRoots(FINITE_POINTS),
];

/**
 * [products * tiles, length]: the factors of all tiles from a signal of `length` values with `before` zeros ahead of it.
 * Row p * tiles + t is the factor p of tile t.
 */
export function signalTransform(length: number, before: number, tiles: number): Float32Array {
  const matrix = new Float32Array(TILE_PRODUCTS * tiles * length);
  FACTORS_FROM_SIGNAL.forEach((coefficients, product) => {
    for (let tile = 0; tile < tiles; tile++) {
      coefficients.forEach((coefficient, offset) => {
        const position = tile * TILE_SIZE + offset - before;
        if (position >= 0 && position < length) {
          matrix[(product * tiles + tile) * length + position] = coefficient;
        }
      });
    }
  });
  return matrix;
}

/** [length, products * tiles]: `length` outputs from the products of all tiles, in the order of `signalTransform`. */
export function outputTransform(length: number, tiles: number): Float32Array {
  const matrix = new Float32Array(length * TILE_PRODUCTS * tiles);
  for (let position = 0; position < length; position++) {
    const tile = Math.floor(position / TILE_SIZE);
    OUTPUTS_FROM_PRODUCTS[position % TILE_SIZE]!.forEach((coefficient, product) => {
      matrix[(position * TILE_PRODUCTS + product) * tiles + tile] = coefficient;
    });
  }
  return matrix;
}

/** [products^2, filter size^2]: the factors of a square filter, both row-major. */
export function filterTransform(): Float32Array {
  const rows = FACTORS_FROM_FILTER.flatMap((vertical) =>
    FACTORS_FROM_FILTER.map((horizontal) => vertical.flatMap((v) => horizontal.map((h) => v * h))),
  );
  return Float32Array.from(rows.flat());
}

function othersThan(point: number): readonly number[] {
  return FINITE_POINTS.filter((other) => other !== point);
}

/** The coefficients, constant first, of the product of (x - root). */
function polynomialWithRoots(roots: readonly number[]): readonly number[] {
  let coefficients = [1];
  for (const root of roots) {
    coefficients = [0, ...coefficients].map((value, power) => value - root * (coefficients[power] ?? 0));
  }
  return coefficients;
}
