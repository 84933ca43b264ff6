import {
  type ElementType,
  KdError,
  kindOfPickleValue,
  type MemoryBound,
  PickleDict,
  type PickleFormat,
  type PickleGlobal,
  type PickleValue,
  pickleValueBytes,
} from 'kd-core';
import { damagedFile } from './damaged-file.ts';

/** What these take in memory, about: views and their places in tables included. */
const OBJECT_BYTES = 224;

/** Numbers that tensors share, somewhere in the file. */
export class TorchStorage {
  readonly key: string;
  readonly type: ElementType;
  /** Elements. */
  readonly length: number;

  constructor(key: string, type: ElementType, length: number) {
    this.key = key;
    this.type = type;
    this.length = length;
  }
}

/** A strided view of a storage that lies within it. */
export class TorchTensor {
  readonly storage: TorchStorage;
  /** In elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** In elements, one an axis. */
  readonly strides: readonly number[];

  constructor(storage: TorchStorage, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}

const STORAGES: ReadonlyMap<string, ElementType> = new Map([
  ['torch.DoubleStorage', 'F64'],
  ['torch.FloatStorage', 'F32'],
  ['torch.HalfStorage', 'F16'],
  ['torch.BFloat16Storage', 'BF16'],
  ['torch.LongStorage', 'I64'],
  ['torch.IntStorage', 'I32'],
  ['torch.ShortStorage', 'I16'],
  ['torch.CharStorage', 'I8'],
  ['torch.ByteStorage', 'U8'],
  ['torch.BoolStorage', 'BOOL'],
]);

type Callable = NonNullable<PickleGlobal['call']>;

const CALLABLES: ReadonlyMap<string, Callable> = new Map<string, Callable>([
  ['collections.OrderedDict', makeDict],
  ['collections.Counter', makeDict],
  ['builtins.set', makeList],
  ['__builtin__.set', makeList],
  ['torch.Size', makeList],
  ['torch._utils._rebuild_tensor', makeTensor],
  ['torch._utils._rebuild_tensor_v2', makeTensor],
  ['torch._utils._rebuild_parameter', unwrapParameter],
  ['torch._utils._rebuild_parameter_with_state', unwrapParameter],
]);

const LONGEST_NAME = 200;

/** The pickles of a file whose storages `storages` collects. */
export function torchFormat(storages: Map<string, TorchStorage>, bound: MemoryBound): PickleFormat {
  return {
    findGlobal: findTorchGlobal,
    loadPersistent: storageLoader(storages, bound),
    strings: 'text',
    damaged: damagedFile,
    unsupported: (what) =>
      new KdError(
        'UNSUPPORTED',
        `The PyTorch file uses ${what}, which a state dict does not need. Save the state dict with torch.save(model.state_dict(), path).`,
      ),
  };
}

/**
 * What a global means: storages, tensors, parameters and containers. Throws `UNSUPPORTED` with the name of any other; none is ever
 * looked up or run.
 */
function findTorchGlobal(module: string, name: string): PickleGlobal {
  const full = `${module}.${name}`;
  const call = CALLABLES.get(full);
  if (call !== undefined) return { name: full, call };
  if (STORAGES.has(full)) return { name: full };
  const shown = full.length > LONGEST_NAME ? `${full.slice(0, LONGEST_NAME)}...` : full;
  throw new KdError(
    'UNSUPPORTED',
    `The PyTorch file asks for '${shown}'; only tensors and containers are built from a file. Save the state dict alone: torch.save(model.state_dict(), path).`,
    { details: { global: shown } },
  );
}

/** Gives the storage that a persistent id names, the same one for the same key. */
function storageLoader(
  storages: Map<string, TorchStorage>,
  bound: MemoryBound,
): (id: PickleValue) => TorchStorage {
  return (id) => {
    const [tag, storageClass, key, , length, view] = (Array.isArray(id) ? id : []) as PickleValue[];
    const className = (storageClass as Partial<PickleGlobal> | null | undefined)?.name;
    const type = STORAGES.get(className ?? '');
    if (tag !== 'storage' || type === undefined || typeof key !== 'string' || !isSize(length)) {
      throw damagedFile('the reference to a storage is not one.');
    }
    if (view !== undefined && view !== null) {
      throw new KdError(
        'UNSUPPORTED',
        'The PyTorch file has storages that are views of others, as versions before 0.4 wrote them. Load and save it with a later version.',
      );
    }
    const known = storages.get(key);
    if (known === undefined) {
      bound.charge(OBJECT_BYTES);
      const storage = new TorchStorage(key, type, length);
      storages.set(key, storage);
      return storage;
    }
    if (known.type !== type || known.length !== length) {
      throw damagedFile(`its storage '${key.slice(0, LONGEST_NAME)}' has two types or two lengths.`);
    }
    return known;
  };
}

function makeDict([items]: readonly PickleValue[], bound: MemoryBound): PickleValue {
  if (items instanceof PickleDict) return items;
  const dict = new PickleDict();
  bound.charge(pickleValueBytes.dict);
  if (items === undefined) return dict;
  // As Python 2 wrote them.
  if (!Array.isArray(items)) throw damagedFile(`it makes a dict of ${kindOfPickleValue(items)}.`);
  // Keys and values, and as much that their growing leaves to the collector: this can be asked for in a few bytes.
  bound.charge(4 * pickleValueBytes.slot * items.length);
  for (const item of items) {
    if (!Array.isArray(item) || item.length !== 2)
      throw damagedFile('it makes a dict of what are not pairs.');
    dict.set(item[0], item[1]);
  }
  return dict;
}

function makeList([items]: readonly PickleValue[]): PickleValue {
  if (!Array.isArray(items)) throw damagedFile(`it makes a list of ${kindOfPickleValue(items)}.`);
  return items;
}

function unwrapParameter([tensor]: readonly PickleValue[]): PickleValue {
  if (!(tensor instanceof TorchTensor))
    throw damagedFile(`it makes a parameter of ${kindOfPickleValue(tensor)}.`);
  return tensor;
}

function makeTensor(
  [storage, offset, shape, strides]: readonly PickleValue[],
  bound: MemoryBound,
): PickleValue {
  if (!(storage instanceof TorchStorage) || !isSize(offset) || !isSizes(shape) || !isSizes(strides)) {
    throw damagedFile('the storage, offset, size and strides of a tensor are not such.');
  }
  const elements = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), offset);
  if (shape.length !== strides.length || (elements > 0 && !(last < storage.length))) {
    throw damagedFile(
      `a tensor of size [${shape}], strides [${strides}] and offset ${offset} does not lie within its storage of ${storage.length}.`,
    );
  }
  if (elements > storage.length) {
    throw new KdError(
      'UNSUPPORTED',
      `A tensor of the PyTorch file has size [${shape}], but a storage of ${storage.length} elements: it repeats them. Save it after .contiguous().`,
    );
  }
  bound.charge(OBJECT_BYTES + 2 * pickleValueBytes.slot * shape.length);
  // Copies: a pickle can append to a list that it has handed on.
  return new TorchTensor(storage, offset, [...shape], [...strides]);
}

/** PyTorch's own limit of axes. */
const MOST_AXES = 64;

function isSizes(value: PickleValue): value is number[] {
  return Array.isArray(value) && value.length <= MOST_AXES && value.every(isSize);
}

function isSize(value: PickleValue): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
