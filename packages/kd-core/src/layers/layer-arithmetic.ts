/** Added to the variance in batch norm, PyTorch's default. */
export const EPSILON = 1e-5;

interface Window {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/** How many windows fit along a side, as PyTorch counts: what fills no window is left out. */
export function outputSide(length: number, { size, stride, padding }: Window): number {
  return Math.floor((length + 2 * padding - size) / stride) + 1;
}

/** The side that a transposed convolution makes of `length` pixels. */
export function transposedSide(length: number, { size, stride, padding }: Window): number {
  return (length - 1) * stride + size - 2 * padding;
}

/** How many pixels of the map, not of the padding, each window covers; row by row. */
export function windowCounts(
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  window: Window,
): number[] {
  const rows = covered(height, outHeight, window);
  const columns = covered(width, outWidth, window);
  return rows.flatMap((row) => columns.map((column) => row * column));
}

function covered(length: number, windows: number, { size, stride, padding }: Window): number[] {
  return Array.from({ length: windows }, (_, index) => {
    const start = index * stride - padding;
    return Math.min(start + size, length) - Math.max(start, 0);
  });
}
