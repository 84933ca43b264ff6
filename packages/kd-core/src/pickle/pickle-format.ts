import type { KdError } from '../errors.ts';
import type { PickleGlobal, PickleValue } from './pickle-values.ts';

/** What the pickles of one kind of file may hold, and how their faults are told. */
export interface PickleFormat {
  /** What a name means. Throws for what may not be built; nothing is ever looked up or run. */
  findGlobal(module: string, name: string): PickleGlobal;
  /** What the reference to something outside of the pickle means; without it, such references are refused. */
  loadPersistent?(id: PickleValue): PickleValue;
  /**
   * What becomes of the strings of Python 2, whose encoding no pickle says: text by UTF-8, or bytes, which are views of the
   * file. With 'bytes', those of Python 3 are read as well.
   */
  readonly strings: 'text' | 'bytes';
  /** The error of a pickle that is damaged or hostile. */
  damaged(reason: string): KdError;
  /** The error of a pickle that holds what these files have no need of. */
  unsupported(what: string): KdError;
}
