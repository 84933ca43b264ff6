import { KdError } from 'kd-core';

export function unavailable(reason: string, cause?: unknown): KdError {
  return new KdError('BACKEND_UNAVAILABLE', reason, { cause });
}

/** For a peer dependency that could not be imported: it is not installed, or it is and does not load. */
export function missingPeer(packageName: string, error: unknown): KdError {
  const { code, message } = error as { readonly code?: string; readonly message: string };
  // Node names what it did not find; a package that is there may still miss one of its own.
  const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${packageName}'`);
  return unavailable(
    absent
      ? `The package ${packageName} is not installed. Run: npm install ${packageName}`
      : `The package ${packageName} does not load: ${message}`,
    error,
  );
}
