import { type ByteSource, KdError } from 'kd-core';
import { openZip } from '../archives/zip-archive.ts';
import { type NpyArray, parseNpy } from './parse-npy.ts';

/** Arrays by name, as `numpy.savez` and `savez_compressed` write them; each is read when it is asked for. */
export interface NpzArchive {
  readonly names: readonly string[];
  /** Throws `INVALID_ARGUMENT`, with the names there are, for another, and what `parseNpy` throws. */
  read(name: string): Promise<NpyArray>;
}

/** Opens a `.npz` file; `what` names it in messages. Throws `PARSE` for a damaged or hostile archive (see `readZipDirectory`). */
export async function openNpz(source: ByteSource, what = 'the .npz file'): Promise<NpzArchive> {
  const { entries, read } = await openZip(source, what);
  const suffix = '.npy';
  const names = [...entries.keys()]
    .filter((name) => name.endsWith(suffix))
    .map((name) => name.slice(0, -suffix.length));
  return {
    names,
    async read(name) {
      const entry = entries.get(`${name}${suffix}`);
      if (entry === undefined) {
        const known = names.map((each) => `'${each}'`).join(', ');
        throw new KdError(
          'INVALID_ARGUMENT',
          `There is no array '${name}' in ${what}. It has ${known || 'none'}.`,
        );
      }
      return parseNpy(await read(entry), `the array '${name}' of ${what}`);
    },
  };
}
