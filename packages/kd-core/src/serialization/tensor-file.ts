import type { DataType, HostTensor } from '../trees/host-tensor.ts';
import type { ElementType } from './element-types.ts';

/** A tensor of a file, known from the file's directory alone. */
export interface TensorEntry {
  readonly name: string;
  /** As the file stores it. */
  readonly storedAs: ElementType;
  /** As `read` gives it. */
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** Named tensors that are read one by one. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  /** Every tensor, in the order of the file; names are unique. */
  readonly entries: readonly TensorEntry[];
  /**
   * Reads the bytes of one tensor and of no other. Throws `INVALID_ARGUMENT` for a name that the file does not
   * have, `PARSE` or `UNSUPPORTED` for values that its dtype cannot have or this SDK cannot hold, naming both.
   */
  read(name: string): Promise<HostTensor>;
}
