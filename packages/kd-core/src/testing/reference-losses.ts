import type { Values } from './cpu-backend.ts';

// The definitions, written as plainly as possible in float64.

export function rowsOf({ shape, data }: Values): number[][] {
  const width = shape.at(-1)!;
  return Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));
}

export function softmax(logits: readonly number[], temperature = 1): number[] {
  const highest = Math.max(...logits);
  const exponentials = logits.map((logit) => Math.exp((logit - highest) / temperature));
  const total = exponentials.reduce((sum, each) => sum + each, 0);
  return exponentials.map((each) => each / total);
}

export function kl(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, each, index) => sum + (each === 0 ? 0 : each * Math.log(each / q[index]!)), 0);
}

export function mean(list: readonly number[]): number {
  return list.reduce((sum, each) => sum + each, 0) / list.length;
}

/** Mean of x over the bins of adaptive pooling; x is [batch, height, width, channels]. */
export function adaptivePool(x: Values, [rows, columns]: readonly [number, number]): Values {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const data: number[] = [];
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        for (let c = 0; c < channels; c++) {
          const bin: number[] = [];
          for (let y = 0; y < height; y++) {
            for (let z = 0; z < width; z++) {
              // Position y lies in the bin when the open intervals (y, y + 1) and (k n / m, (k + 1) n / m) meet.
              const inRows = (y + 1) * rows > row * height && y * rows < (row + 1) * height;
              const inColumns = (z + 1) * columns > column * width && z * columns < (column + 1) * width;
              if (inRows && inColumns) bin.push(x.data[((b * height + y) * width + z) * channels + c]!);
            }
          }
          data.push(mean(bin));
        }
      }
    }
  }
  return { shape: [batch, rows, columns, channels], data };
}

/** One normalised attention map for each sample. */
export function attention({ shape, data }: Values, power: number, signed = false): number[][] {
  const [batch] = shape as [number];
  const energies = rowsOf({ shape, data }).map((pixel) =>
    mean(pixel.map((each) => (signed ? each : Math.abs(each)) ** power)),
  );
  const positions = energies.length / batch;
  return Array.from({ length: batch }, (_, sample) => {
    const map = energies.slice(sample * positions, (sample + 1) * positions);
    const norm = Math.max(Math.hypot(...map), 1e-12);
    return map.map((each) => each / norm);
  });
}
