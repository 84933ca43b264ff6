import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  filterTransform,
  outputTransform,
  signalTransform,
  TILE_PRODUCTS,
  TILE_SIZE,
} from './winograd-transforms.ts';

type Matrix = readonly (readonly number[])[];

const matrix = (rows: number, columns: number): fc.Arbitrary<number[][]> => {
  const row = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: columns,
    maxLength: columns,
  });
  return fc.array(row, { minLength: rows, maxLength: rows });
};

const rowsOf = (data: Float32Array, rows: number): Matrix =>
  Array.from({ length: rows }, (_, row) => [
    ...data.subarray((row * data.length) / rows, ((row + 1) * data.length) / rows),
  ]);

const transposed = (a: Matrix): Matrix => a[0]!.map((_, column) => a.map((row) => row[column]!));

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => transposed(b).map((column) => row.reduce((sum, value, k) => sum + value * column[k]!, 0)));

it('filters images of any size and padding with a quarter of the products', () => {
  const axis = fc
    .record({ length: fc.integer({ min: 1, max: 11 }), before: fc.nat(2), after: fc.nat(2) })
    .filter(({ length, before, after }) => length + before + after >= 3);
  const cases = fc.record({ vertical: axis, horizontal: axis }).chain(({ vertical, horizontal }) =>
    fc.record({
      vertical: fc.constant(vertical),
      horizontal: fc.constant(horizontal),
      image: matrix(vertical.length, horizontal.length),
      filter: matrix(3, 3),
    }),
  );
  fc.assert(
    fc.property(cases, ({ vertical, horizontal, image, filter }) => {
      const plan = [vertical, horizontal].map(({ length, before, after }) => {
        const outputs = length + before + after - 2;
        const tiles = Math.ceil(outputs / TILE_SIZE);
        const toFactors = rowsOf(signalTransform(length, before, tiles), TILE_PRODUCTS * tiles);
        return { outputs, tiles, toFactors, toOutputs: rowsOf(outputTransform(outputs, tiles), outputs) };
      });
      const [rows, columns] = plan as [(typeof plan)[0], (typeof plan)[0]];
      const factors = product(product(rows.toFactors, image), transposed(columns.toFactors));
      const taps = product(rowsOf(filterTransform(), TILE_PRODUCTS ** 2), transposed([filter.flat()])).flat();
      const products = factors.map((row, i) =>
        row.map(
          (value, j) =>
            value * taps[Math.floor(i / rows.tiles) * TILE_PRODUCTS + Math.floor(j / columns.tiles)]!,
        ),
      );
      const filtered = product(product(rows.toOutputs, products), transposed(columns.toOutputs));
      for (let y = 0; y < rows.outputs; y++) {
        for (let x = 0; x < columns.outputs; x++) {
          const at = (i: number, j: number): number =>
            image[y + i - vertical.before]?.[x + j - horizontal.before] ?? 0;
          const want = filter.flatMap((row, i) => row.map((tap, j) => tap * at(i, j)));
          expect(Math.abs(filtered[y]![x]! - want.reduce((a, b) => a + b))).toBeLessThan(1e-4);
        }
      }
    }),
  );
});
