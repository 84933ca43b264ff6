import type { Storage } from 'kd-core';
import { manifestFile, sortFiles, tensorFile } from './checkpoint-files.ts';
import { saysBest } from './manifest.ts';

/** Removes all checkpoints but the newest `keep` and the newest that was called the best. */
export async function rotateCheckpoints(
  storage: Storage,
  { keep }: { readonly keep: number },
): Promise<void> {
  const { committed } = sortFiles(await storage.list());
  const old = committed.slice(keep);
  const best = old.length === 0 ? undefined : await newestBest(storage, committed);
  for (const name of old) {
    if (name === best) continue;
    // Without its manifest it is no checkpoint any more, whatever happens next.
    await storage.remove(manifestFile(name));
    await storage.remove(tensorFile(name));
  }
}

async function newestBest(storage: Storage, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    const bytes = await storage.read(manifestFile(name));
    if (bytes !== undefined && saysBest(bytes)) return name;
  }
  return undefined;
}
