export { EndOfPickle } from './byte-cursor.ts';
export { MemoryBound, pickleValueBytes } from './memory-bound.ts';
export type { PickleFormat } from './pickle-format.ts';
export {
  kindOfPickleValue,
  PickleDict,
  type PickleGlobal,
  PickleObject,
  type PickleValue,
} from './pickle-values.ts';
export { type Unpickled, type UnpickleOptions, unpickle } from './unpickle.ts';
