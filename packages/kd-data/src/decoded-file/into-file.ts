import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { crc32 } from 'node:zlib';
import { KdError } from 'kd-core';
import { makeFolder } from 'kd-core/node';
import type { ImageFileDataset } from '../image-files/labelled-images.ts';
import { type DecodedFileFacts, encodeHeader, headerBytes } from './decoded-file-header.ts';
import { type DecodedFileDataset, openWithHeader } from './open-decoded-file.ts';

export interface IntoFileOptions {
  /** Is told, after every image that was decoded, how many are done of how many. Never, when the file is there. */
  readonly onProgress?: (done: number, all: number) => void;
  /**
   * Stands for the content of the image files, such as a checksum of their archive: with another one the file is made anew. By default other
   * names, labels, sizes and decoders are noticed, but not files that were changed under their names.
   */
  readonly fingerprint?: string;
}

/** Images that are decoded at a time: enough to hide the time that a read takes to begin. */
const inFlight = 16;

/**
 * All images of a data set decoded into one file, a byte for each channel of each pixel, for later runs and for as many processes as
 * there are: what is decoded once is read at the speed of the page cache, and may be larger than memory (see `openDecodedFile`). The file
 * is used again when it was made of the same images, and made anew when it is stale or its header is damaged. It
 * appears under its name when it is complete, so processes that make it at the same time do not disturb each other.
 *
 * Throws `STORAGE` for a place that cannot be written or where another file lies, and what `ImageFileDataset.pixels` throws.
 */
export async function intoFile(
  dataset: ImageFileDataset,
  path: string,
  options: IntoFileOptions = {},
): Promise<DecodedFileDataset> {
  const place = resolve(path);
  const { name, classNames, inputShape, attribution } = dataset;
  const facts: DecodedFileFacts = {
    name,
    classNames,
    inputShape,
    ...(attribution !== undefined && { attribution }),
    source: sourceOf(dataset, options.fingerprint),
  };
  const found = openIfCurrent(place, facts);
  if (found !== undefined) return found;
  await writeWhole(place, (file) => writeImages(file, dataset, facts, options.onProgress));
  return openWithHeader(place).dataset;
}

/** `undefined` when there is no file, a stale or a damaged one. */
function openIfCurrent(path: string, facts: DecodedFileFacts): DecodedFileDataset | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const { dataset, facts: found } = openWithHeader(path);
    if (JSON.stringify(found) === JSON.stringify(facts)) return dataset;
    dataset.close();
    return undefined;
  } catch (cause) {
    if (KdError.isInstance(cause) && cause.details.damaged === true) return undefined;
    if (KdError.isInstance(cause) && cause.code === 'PARSE') {
      throw new KdError('STORAGE', `${cause.message} It is left as it is: choose another path.`, { cause });
    }
    throw cause;
  }
}

async function writeImages(
  file: FileHandle,
  dataset: ImageFileDataset,
  facts: DecodedFileFacts,
  onProgress?: (done: number, all: number) => void,
): Promise<void> {
  const { length } = dataset;
  const labels = Int32Array.from({ length }, (_, index) => dataset.label(index));
  const checksums = new Uint32Array(length);
  const begin = headerBytes(facts, length);
  let next = 0;
  let done = 0;
  const copy = async (): Promise<void> => {
    while (next < length) {
      const index = next++;
      const pixels = await dataset.pixels(index).catch((error: unknown): never => {
        // The others begin no further image.
        next = length;
        throw error;
      });
      checksums[index] = crc32(pixels);
      await file.write(pixels, 0, pixels.length, begin + index * pixels.length);
      done += 1;
      onProgress?.(done, length);
    }
  };
  // All are waited for, so that nothing is written to a file that has been closed.
  const copies = await Promise.allSettled(Array.from({ length: Math.min(inFlight, length) }, copy));
  const failed = copies.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const header = encodeHeader({ facts, labels, checksums });
  await file.write(header, 0, header.length, 0);
}

/** All or nothing: the file has its name when its content is on the disk. */
async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  const guard = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action();
    } catch (cause) {
      if (KdError.isInstance(cause)) throw cause;
      throw new KdError('STORAGE', `Cannot write '${path}': ${(cause as Error).message}.`, { cause });
    }
  };
  await guard(() => makeFolder(dirname(path)));
  const file = await guard(() => open(temporary, 'wx'));
  try {
    try {
      await guard(() => write(file));
      await guard(() => file.sync());
    } finally {
      await file.close();
    }
    await guard(() => rename(temporary, path));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Stands for everything that decides what the images are, as far as it is known without reading them. */
function sourceOf(dataset: ImageFileDataset, fingerprint: string | undefined): string {
  const { length, spec } = dataset;
  const hash = createHash('sha256');
  const reading = spec?.kind === 'images' ? { reading: spec.reading, decoder: spec.decoder } : {};
  hash.update(JSON.stringify({ length, fingerprint, ...reading }));
  for (let index = 0; index < length; index++) {
    hash.update(`\n${dataset.label(index)} ${dataset.path(index)}`);
  }
  return hash.digest('hex');
}
