import {
  foldIn,
  HostTensor,
  KdError,
  type PrngKey,
  randomBits,
  requireArgument,
  type SampleTable,
} from 'kd-core';

/** Which samples count as negative ones of a sample. */
export type Negatives = 'otherClasses' | 'otherSamples';

/** Which sample is its positive one: itself, or any of its class. */
export type Positives = 'exact' | 'relax';

export interface NegativeSamplerOptions {
  readonly negatives: Negatives;
  readonly positives: Positives;
  /** Drawn exactly as many; absent: 16384, or as many as the sample with the fewest has, where that is fewer. */
  readonly count?: number | undefined;
}

export interface NegativeSampler {
  /** Negatives of each sample. */
  readonly count: number;
  /** Samples that there are. They are numbered in the order of their indices, of which the table may leave some out. */
  readonly samples: number;
  /** A pure function of `key`. Throws `INVALID_ARGUMENT` for an index that the table does not have. */
  draw(key: PrngKey, indices: ArrayLike<number>): ContrastiveDraw;
}

/** Samples of a batch and those that they are compared with, by their numbers. */
interface ContrastiveDraw {
  /** int32 [batch] */
  readonly numbers: HostTensor;
  /**
   * int32 [batch, 1 + count]: the positive of each sample, then its negatives, of which each set is equally likely; none is
   * named twice unless a sample has fewer than `count`.
   */
  readonly rows: HostTensor;
}

const USUAL_COUNT = 16384;

/**
 * Draws contrastive negatives. Throws `INVALID_ARGUMENT` when a sample has none: all samples are of one class, or there
 * is but one.
 */
export function negativeSampler(
  table: SampleTable,
  { negatives, positives, count: wanted }: NegativeSamplerOptions,
): NegativeSampler {
  const { numbers, labels, order, place, first, end } = sortByClass(table);
  const samples = order.length;
  /** The places, in `order`, that are no negatives of a sample. */
  const excluded = (sample: number): readonly [number, number] => {
    const label = labels[sample]!;
    return negatives === 'otherClasses' ? [first[label]!, end[label]!] : [place[sample]!, place[sample]! + 1];
  };
  const fewest = order.reduce((least, sample) => {
    const [from, to] = excluded(sample);
    return Math.min(least, samples - (to - from));
  }, samples);
  requireArgument(
    fewest > 0,
    () =>
      `Contrast needs samples to tell a sample from, but ${negatives === 'otherClasses' ? `all ${samples} samples are of one class. Take negatives among 'otherSamples'` : `there ${samples === 1 ? 'is one sample' : 'are no samples'}`}.`,
  );
  const count = wanted ?? Math.min(USUAL_COUNT, fewest);
  /** Restored after each row, so that rows depend on their key alone. */
  const scratch = Int32Array.from({ length: samples }, (_, position) => position);
  const swapped = new Int32Array(count);

  const drawNegatives = (key: PrngKey, [from, to]: readonly [number, number], row: Int32Array): void => {
    const available = samples - (to - from);
    const below = integersBelow(key, count);
    const sampleAt = (position: number): number =>
      order[position < from ? position : position + (to - from)]!;
    if (count > available) {
      for (let column = 0; column < count; column++) row[column] = sampleAt(below(available));
      return;
    }
    for (let column = 0; column < count; column++) {
      const other = column + below(available - column);
      const taken = scratch[other]!;
      scratch[other] = scratch[column]!;
      scratch[column] = taken;
      swapped[column] = other;
      row[column] = sampleAt(taken);
    }
    for (let column = 0; column < count; column++) {
      scratch[column] = column;
      scratch[swapped[column]!] = swapped[column]!;
    }
  };

  return {
    count,
    samples,
    draw(key, indices) {
      const batch = Int32Array.from(indices, (index) => {
        requireSample(table, index);
        return numbers[index]!;
      });
      const rows = new Int32Array(batch.length * (1 + count));
      batch.forEach((sample, position) => {
        const row = rows.subarray(position * (1 + count), (position + 1) * (1 + count));
        const [from, to] = [first[labels[sample]!]!, end[labels[sample]!]!];
        const positiveKey = foldIn(key, 2 * position);
        row[0] = positives === 'exact' ? sample : order[from + integersBelow(positiveKey, 1)(to - from)]!;
        drawNegatives(foldIn(key, 2 * position + 1), excluded(sample), row.subarray(1));
      });
      return {
        numbers: new HostTensor(batch, [batch.length]),
        rows: new HostTensor(rows, [batch.length, 1 + count]),
      };
    },
  };
}

interface SortedSamples {
  /** Of each index that there is, how many come before it. */
  readonly numbers: Int32Array;
  /** Of each sample, its class. */
  readonly labels: Int32Array;
  /** The samples class by class. */
  readonly order: Int32Array;
  /** Where each sample stands in `order`. */
  readonly place: Int32Array;
  /** Of each class, the part of `order` that is of it. */
  readonly first: Int32Array;
  readonly end: Int32Array;
}

function sortByClass(table: SampleTable): SortedSamples {
  const labels = table.labels.subarray(0, table.count).filter((label) => label >= 0);
  const numbers = new Int32Array(table.count);
  for (let index = 1; index < table.count; index++) {
    numbers[index] = numbers[index - 1]! + (table.labels[index - 1]! >= 0 ? 1 : 0);
  }
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const first = new Int32Array(classes + 1);
  for (const label of labels) first[label + 1]! += 1;
  for (let label = 0; label < classes; label++) first[label + 1]! += first[label]!;
  const end = first.slice();
  const order = new Int32Array(labels.length);
  const place = labels.map((label) => end[label]!++);
  place.forEach((position, sample) => {
    order[position] = sample;
  });
  return { numbers, labels, order, place, first, end };
}

function requireSample({ count, labels }: SampleTable, index: number): void {
  if (index >= 0 && index < count && labels[index]! >= 0) return;
  throw new KdError(
    'INVALID_ARGUMENT',
    `A batch has the sample ${index}, which is not in the source's table of ${count} samples. The table must have every index of every batch.`,
  );
}

/**
 * Integers in [0, limit), each equally likely, for limits below 2^31: the high word of a random word times the limit,
 * where the rare words that would favour some results are rejected (Lemire, 2019, arXiv:1805.10941), because a draw of
 * many negatives takes its time in the remainders of other ways. `expected`: how many will be asked for.
 */
function integersBelow(key: PrngKey, expected: number): (limit: number) => number {
  let words = randomBits(key, expected);
  let used = 0;
  const nextWord = (): number => {
    // A longer draw begins with the same words.
    if (used === words.length) words = randomBits(key, 2 * words.length);
    return words[used++]!;
  };
  return (limit) => {
    for (;;) {
      const word = nextWord();
      const low = Math.imul(word, limit) >>> 0;
      if (low >= limit || low >= (2 ** 32 - limit) % limit) return highWord(word, limit);
    }
  };
}

/** floor(word * limit / 2^32), by halves of the word because the product may exceed 2^53. */
function highWord(word: number, limit: number): number {
  const carried = Math.floor(((word & 0xffff) * limit) / 2 ** 16);
  return Math.floor(((word >>> 16) * limit + carried) / 2 ** 16);
}
