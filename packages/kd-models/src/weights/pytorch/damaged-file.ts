import { KdError } from 'kd-core';

/** The error of a file that is no PyTorch file, or not whole. */
export function damagedFile(reason: string): KdError {
  return new KdError('PARSE', `Not a valid PyTorch file: ${reason.slice(0, 500)} Fetch or save it again.`);
}
