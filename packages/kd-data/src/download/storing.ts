import { KdError } from 'kd-core';

/** Runs `action`, which writes `path`. Throws `STORAGE` with the path and the reason of the file system. */
export async function storing<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (cause) {
    if (KdError.isInstance(cause)) throw cause;
    const { message } = cause as Error;
    throw new KdError('STORAGE', `Cannot write '${path}': ${message}.`, { cause });
  }
}
