/** Where the rows of samples and variants are. */
export interface RowPlaces {
  /** Rows that have a place. */
  readonly count: number;
  find(index: number, variant: number): { readonly chunk: number; readonly row: number } | undefined;
  /** In place of an earlier one; samples and variants beyond those that are counted have none. */
  put(key: { readonly index: number; readonly variant: number }, chunk: number, row: number): void;
}

export function rowPlaces(samples: number, variants: number): RowPlaces {
  // Of each sample in each variant the number of its chunk, counted from 1, and its row there: a map of a million keys takes far more.
  const chunkOf = new Int32Array(samples * variants);
  const rowOf = new Int32Array(samples * variants);
  let count = 0;
  const placeOf = (index: number, variant: number): number =>
    index < samples && variant < variants ? variant * samples + index : -1;
  return {
    get count() {
      return count;
    },
    find(index, variant) {
      const place = placeOf(index, variant);
      const chunk = place < 0 ? 0 : chunkOf[place]!;
      return chunk === 0 ? undefined : { chunk: chunk - 1, row: rowOf[place]! };
    },
    put({ index, variant }, chunk, row) {
      const place = placeOf(index, variant);
      if (place < 0) return;
      if (chunkOf[place] === 0) count += 1;
      chunkOf[place] = chunk + 1;
      rowOf[place] = row;
    },
  };
}
