import {
  type ByteSource,
  byteLengthOf,
  EndOfPickle,
  elementBytes,
  KdError,
  MemoryBound,
  openZipEntry,
  type PickleValue,
  readBytes,
  readZipDirectory,
  unpickle,
  type ZipEntry,
  zipMethod,
} from 'kd-core';
import { damagedFile } from './damaged-file.ts';
import type { TorchArchive } from './torch-archive.ts';
import { torchFormat } from './torch-objects.ts';

const OBJECT = 'data.pkl';
const ARCHIVE = 'the PyTorch file';

/** Opens what `torch.save` writes since version 1.6: a ZIP archive of `NAME/data.pkl` and `NAME/data/KEY`. */
export async function openZipArchive(source: ByteSource): Promise<TorchArchive> {
  const entries = await readZipDirectory(source, ARCHIVE);
  const folder = folderOf(entries);
  const open = async (name: string): Promise<ByteSource> => {
    const entry = entries.get(folder + name);
    if (entry === undefined) throw damagedFile(`the archive has no file '${folder}${name}'.`);
    requireStored(entry);
    return openZipEntry(source, entry, ARCHIVE);
  };
  await requireLittleEndian(entries.has(`${folder}byteorder`) ? await open('byteorder') : undefined);
  const object = await open(OBJECT);
  const pickle = await readBytes(object, 0, byteLengthOf(object));
  return {
    root: readRoot(pickle, byteLengthOf(source)),
    async openStorage({ key, type, length }) {
      const bytes = await open(`data/${key}`);
      if (byteLengthOf(bytes) < length * elementBytes(type)) {
        throw damagedFile(
          `storage '${key}' has ${byteLengthOf(bytes)} bytes, too few for ${length} elements of ${type}.`,
        );
      }
      return bytes;
    },
  };
}

/** torch.save compresses nothing, and to read single tensors of a compressed file would mean to unpack it each time. */
function requireStored({ name, method, encrypted }: ZipEntry): void {
  if (method === zipMethod.stored && !encrypted) return;
  throw new KdError(
    'UNSUPPORTED',
    `The file '${name.slice(0, 200)}' of the PyTorch archive is compressed or encrypted; torch.save stores its files as they are. Load the file in PyTorch and save it anew.`,
  );
}

function folderOf(entries: ReadonlyMap<string, ZipEntry>): string {
  for (const name of entries.keys()) {
    if (name !== OBJECT && !name.endsWith(`/${OBJECT}`)) continue;
    const folder = name.slice(0, -OBJECT.length);
    if (!entries.has(`${folder}constants.pkl`)) return folder;
    throw new KdError(
      'UNSUPPORTED',
      'The file is a TorchScript program, not a state dict. Save torch.jit.load(path).state_dict() with torch.save.',
    );
  }
  throw damagedFile(`the archive has no ${OBJECT}, so torch.save did not write it.`);
}

async function requireLittleEndian(byteOrder: ByteSource | undefined): Promise<void> {
  if (byteOrder === undefined) return;
  const order = new TextDecoder().decode(
    await readBytes(byteOrder, 0, Math.min(16, byteLengthOf(byteOrder))),
  );
  if (order !== 'little') throw unsupportedByteOrder();
}

export function unsupportedByteOrder(): KdError {
  return new KdError(
    'UNSUPPORTED',
    'The PyTorch file is not little-endian. Save it on a little-endian machine, which nearly all are.',
  );
}

function readRoot(pickle: Uint8Array, fileBytes: number): PickleValue {
  const bound = new MemoryBound(fileBytes, damagedFile);
  try {
    const { value } = unpickle(pickle, {
      position: 0,
      bound,
      format: torchFormat(new Map(), bound),
    });
    return value;
  } catch (error) {
    if (error instanceof EndOfPickle) throw damagedFile(`${OBJECT} ends within its pickle.`);
    throw error;
  }
}
