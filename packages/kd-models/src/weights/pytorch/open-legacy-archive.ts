import {
  type ByteSource,
  byteLengthOf,
  EndOfPickle,
  elementBytes,
  MemoryBound,
  PickleDict,
  type PickleValue,
  readBytes,
  type Unpickled,
  unpickle,
} from 'kd-core';
import { damagedFile } from './damaged-file.ts';
import { unsupportedByteOrder } from './open-zip-archive.ts';
import type { TorchArchive } from './torch-archive.ts';
import { type TorchStorage, torchFormat } from './torch-objects.ts';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const FIRST_PREFIX_BYTES = 1 << 20;
/** Before each storage: its elements, as a 64-bit number. */
const LENGTH_BYTES = 8;

/**
 * Opens what `torch.save` wrote before version 1.6, and writes with `_use_new_zipfile_serialization=False`: five
 * pickles (magic number, protocol, system, object, keys of the storages), then the storages in the order of their keys.
 */
export async function openLegacyArchive(source: ByteSource): Promise<TorchArchive> {
  const { root, storages, keys, end } = await readPickles(source);
  const begins = await locateStorages(source, { storages, keys, end });
  return {
    root,
    async openStorage({ key, type, length }) {
      const begin = begins.get(key);
      if (begin === undefined) throw damagedFile(`the file has no storage '${key}'.`);
      const bytes = length * elementBytes(type);
      return source instanceof Uint8Array
        ? source.subarray(begin, begin + bytes)
        : source.slice(begin, begin + bytes);
    },
  };
}

interface Pickles {
  readonly root: PickleValue;
  readonly storages: ReadonlyMap<string, TorchStorage>;
  readonly keys: readonly PickleValue[];
  readonly end: number;
}

/** Where the pickles end shows only in reading them, and what follows may be large: ever longer beginnings are read. */
async function readPickles(source: ByteSource): Promise<Pickles> {
  const length = byteLengthOf(source);
  for (let prefix = FIRST_PREFIX_BYTES; ; prefix *= 4) {
    const bytes = await readBytes(source, 0, Math.min(prefix, length));
    try {
      return parsePickles(bytes, length);
    } catch (error) {
      if (!(error instanceof EndOfPickle)) throw error;
      if (prefix >= length) throw damagedFile('the file ends within its pickles.');
    }
  }
}

function parsePickles(bytes: Uint8Array, fileBytes: number): Pickles {
  const bound = new MemoryBound(fileBytes, damagedFile);
  const storages = new Map<string, TorchStorage>();
  const format = torchFormat(storages, bound);
  const next = (position: number): Unpickled => unpickle(bytes, { position, bound, format });

  const magic = next(0);
  const protocol = next(magic.end);
  if (magic.value !== MAGIC || protocol.value !== PROTOCOL) {
    throw damagedFile('it does not begin with the magic number and the protocol of torch.save.');
  }
  const system = next(protocol.end);
  requireLittleEndian(system.value);
  const object = next(system.end);
  const keys = next(object.end);
  if (!Array.isArray(keys.value)) throw damagedFile('it has no list of its storages.');
  return { root: object.value, storages, keys: keys.value, end: keys.end };
}

function requireLittleEndian(system: PickleValue): void {
  if (!(system instanceof PickleDict)) throw damagedFile('it does not say on what system it was written.');
  if (system.textEntries().get('little_endian') !== true) throw unsupportedByteOrder();
}

async function locateStorages(
  source: ByteSource,
  { storages, keys, end }: Omit<Pickles, 'root'>,
): Promise<ReadonlyMap<string, number>> {
  const length = byteLengthOf(source);
  const begins = new Map<string, number>();
  let position = end;
  for (const key of keys) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (storage === undefined || begins.has(storage.key)) {
      throw damagedFile('its list of storages is not that of its tensors.');
    }
    const begin = position + LENGTH_BYTES;
    position = begin + storage.length * elementBytes(storage.type);
    if (position > length) {
      throw damagedFile(
        `storage '${storage.key}' ends at byte ${position}, but the file has ${length}. Is it complete?`,
      );
    }
    const head = await readBytes(source, begin - LENGTH_BYTES, begin);
    const stored = new DataView(head.buffer, head.byteOffset, head.byteLength).getBigUint64(0, true);
    if (stored !== BigInt(storage.length)) {
      throw damagedFile(`storage '${storage.key}' has ${stored} elements, not ${storage.length}.`);
    }
    begins.set(storage.key, begin);
  }
  return begins;
}
