/** The place inside 0..size - 1 that lies as far from the border on its other side; the border itself is not repeated. */
export function reflected(place: number, size: number): number {
  const positive = Math.abs(place);
  return positive < size ? positive : 2 * (size - 1) - positive;
}
