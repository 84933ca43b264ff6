import { KdError } from 'kd-core';

export function unavailable(reason: string, cause?: unknown): KdError {
  return new KdError('BACKEND_UNAVAILABLE', reason, { cause });
}

/** What Node and bundlers say of a package that is not installed, in quotes its name. */
const notFound =
  /(?:cannot find (?:package|module)|could not resolve|failed to resolve[^'"]*) ['"]([^'"]+)['"]/i;

/** For a peer dependency that could not be imported: it is not installed, or it is and does not load. */
export function missingPeer(packageName: string, error: unknown): KdError {
  const message = error instanceof Error ? error.message : String(error);
  // A package that is there may still miss one of its own.
  const absent = notFound.exec(message)?.[1] === packageName;
  return unavailable(
    absent
      ? `The package ${packageName} is not installed. Run: npm install ${packageName}`
      : `The package ${packageName} does not load: ${message}`,
    error,
  );
}
