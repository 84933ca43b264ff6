import { KdError } from '../errors.ts';

/** Makes the error of an archive from what is wrong with it. */
export type ZipRefusal = (reason: string) => KdError;

/** `what` is the archive in the words of who opens it. */
export function zipRefusal(what: string): ZipRefusal {
  return (reason) => new KdError('PARSE', `Cannot read ${what}: ${reason}. Fetch it or make it again.`);
}

/** A name for messages; one from a hostile archive may be 64 KiB long and hold anything. */
export function quoted(name: string): string {
  return `'${JSON.stringify(name.slice(0, 200)).slice(1, -1)}'`;
}
