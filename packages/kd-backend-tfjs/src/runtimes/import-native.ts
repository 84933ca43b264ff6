import { missingPeer } from './unavailable.ts';

/** Whether this is Node.js, where packages with native code can be imported. */
export function isNode(): boolean {
  return typeof process !== 'undefined' && process.versions?.node !== undefined;
}

/**
 * Imports a package with native code, for Node only. Its name is not written in an `import`, or bundlers for browsers
 * would take the package in, or stop where it is not installed. Throws `BACKEND_UNAVAILABLE`.
 */
export async function importNative(packageName: string): Promise<unknown> {
  try {
    return await import(/* webpackIgnore: true */ /* @vite-ignore */ packageName);
  } catch (error) {
    throw missingPeer(packageName, error);
  }
}
