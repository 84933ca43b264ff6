import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { KdError } from 'kd-core';
import { type Dataset, requireIndex } from '../dataset.ts';
import { describedDataset } from '../dataset-spec.ts';
import { unreadable } from '../files/read-file-of.ts';
import { type DecodedFileHeader, headerBytes, readHeader } from './decoded-file-header.ts';

/** A data set over a file of decoded images. */
export interface DecodedFileDataset extends Dataset, Disposable {
  /** Closes the file. Reading a sample afterwards throws `STORAGE`. */
  close(): void;
}

/** A file that is open, and what it says of itself. */
export interface OpenDecodedFile extends DecodedFileHeader {
  readonly dataset: DecodedFileDataset;
}

/**
 * Opens a file that `intoFile` made. Samples are read when they are asked for, by positional reads: pixels stay in the page cache of the
 * operating system, one copy for all processes and workers, as they would by a memory map, which Node does not have.
 * Each image is checked against its checksum. Throws `STORAGE` for a file that cannot be read, and `PARSE` for one that
 * is none, is damaged or incomplete; an image whose pixels are damaged throws `PARSE` when it is read.
 */
export function openDecodedFile(path: string): DecodedFileDataset {
  return openWithHeader(path).dataset;
}

export function openWithHeader(path: string): OpenDecodedFile {
  const file = attempt(path, () => openSync(path, 'r'));
  const what = `'${path}'`;
  const read = (offset: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length);
    const count = attempt(path, () => readSync(file, bytes, 0, length, offset));
    return count === length ? bytes : bytes.subarray(0, count);
  };
  try {
    const header = readHeader(
      read,
      attempt(path, () => fstatSync(file).size),
      what,
    );
    return { ...header, dataset: fileDataset(path, header, read, () => closeSync(file)) };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function fileDataset(
  path: string,
  { facts, labels, checksums }: DecodedFileHeader,
  read: (offset: number, length: number) => Uint8Array,
  closeFile: () => void,
): DecodedFileDataset {
  const { name, classNames, inputShape, attribution } = facts;
  const { length } = labels;
  const size = inputShape[0] * inputShape[1] * inputShape[2];
  const begin = headerBytes(facts, length);
  let closed = false;
  const require = (index: number): void => requireIndex(index, length, `Data set '${name}'`);
  const close = (): void => {
    if (!closed) closeFile();
    closed = true;
  };
  return describedDataset<DecodedFileDataset>(
    { kind: 'decoded file', path },
    {
      name,
      length,
      classes: classNames.length,
      classNames,
      inputShape,
      ...(attribution !== undefined && { attribution }),
      image(index) {
        require(index);
        if (closed) throw new KdError('STORAGE', `The file '${path}' of data set '${name}' has been closed.`);
        const bytes = read(begin + index * size, size);
        if (crc32(bytes) !== checksums[index]) {
          throw new KdError(
            'PARSE',
            `The pixels of sample ${index} in '${path}' are damaged: their checksum does not match. Remove the file, and make it again with intoFile.`,
          );
        }
        const image = new Float32Array(size);
        for (let i = 0; i < size; i++) image[i] = bytes[i]! / 255;
        return image;
      },
      label(index) {
        require(index);
        return labels[index]!;
      },
      originalIndex(index) {
        require(index);
        return index;
      },
      close,
      [Symbol.dispose]: close,
    },
  );
}

function attempt<Result>(path: string, action: () => Result): Result {
  try {
    return action();
  } catch (cause) {
    throw unreadable(path, cause);
  }
}
