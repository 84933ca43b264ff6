import {
  type FrozenModelOutput,
  HostTensor,
  KdError,
  type SampleIdentity,
  type Storage,
  sizeOf,
} from 'kd-core';
import type { CacheFacts } from './cache-facts.ts';
import { FINGERPRINT_WORDS, imageFingerprints } from './image-fingerprints.ts';
import type { OutputBuffers, RowKey, RowLayout } from './row-layout.ts';
import type { RowStore } from './row-store.ts';

/** What is kept for a batch. */
export interface KeptOutput {
  /** Zeros where nothing is kept. */
  readonly output: FrozenModelOutput;
  /** The places in the batch for which nothing is kept. */
  readonly missing: readonly number[];
  /** Keeps row `row` of what the teacher gave for the image at `place`, and puts it into `output` as it is kept. */
  take(place: number, given: FrozenModelOutput, row: number): void;
}

/** Throws `STORAGE` when what is kept of a sample was said of another image. */
export async function readKept(
  images: HostTensor,
  { indices, variant }: SampleIdentity,
  {
    storage,
    layout,
    rows,
    facts,
  }: {
    readonly storage: Storage;
    readonly layout: RowLayout;
    readonly rows: RowStore;
    readonly facts: CacheFacts;
  },
): Promise<KeptOutput> {
  const count = images.shape[0]!;
  const fingerprints = imageFingerprints(images);
  const keyAt = (place: number): RowKey => ({
    index: indices.data[place]!,
    variant,
    image: fingerprints.subarray(place * FINGERPRINT_WORDS, (place + 1) * FINGERPRINT_WORDS),
  });
  const buffers: OutputBuffers = {
    logits: new Float32Array(count * facts.classes),
    taps: Object.fromEntries(
      Object.entries(facts.taps).map(([name, shape]) => [name, new Float32Array(count * sizeOf(shape))]),
    ),
  };
  const missing: number[] = [];
  for (let place = 0; place < count; place++) {
    const key = keyAt(place);
    const found = rows.read(key.index, variant);
    const row = found instanceof Promise ? await found : found;
    if (row === undefined) {
      missing.push(place);
      continue;
    }
    requireSameImage(layout.keyOf(row), key, storage);
    layout.decode(row, buffers, place);
  }
  return {
    output: {
      logits: new HostTensor(buffers.logits, [count, facts.classes]),
      taps: Object.fromEntries(
        Object.entries(facts.taps).map(([name, shape]) => [
          name,
          new HostTensor(buffers.taps[name]!, [count, ...shape]),
        ]),
      ),
    },
    missing,
    take(place, given, row) {
      const bytes = layout.encode(keyAt(place), given, row);
      rows.add(bytes);
      // The first time as every later one: what is kept may be rounded.
      layout.decode(bytes, buffers, place);
    },
  };
}

function requireSameImage(kept: RowKey, { index, variant, image }: RowKey, storage: Storage): void {
  if (kept.image.every((word, place) => word === image[place])) return;
  throw new KdError(
    'STORAGE',
    `The teacher cache in ${storage.location} was made of other images: what it has of sample ${index} in variant ${variant} was said of another one than comes now. The data, their augmentation, normalisation or its seed is another. Restore them, choose another folder, or remove this one.`,
    { details: { index, variant } },
  );
}
