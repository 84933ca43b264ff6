import { readFile, rm, stat, writeFile } from 'node:fs/promises';

/** What an earlier transfer has left. */
export interface PartialFile {
  readonly bytes: number;
  readonly url: string;
  readonly validator: string;
}

/** Where what has come of a file is kept until all of it is there. */
export function partialPath(path: string): string {
  return `${path}.part`;
}

function notePath(path: string): string {
  return `${path}.part.json`;
}

/** What is there of a file, when it is known where it came from and can be gone on with. */
export async function readPartial(path: string): Promise<PartialFile | undefined> {
  try {
    const { url, validator }: Record<string, unknown> = JSON.parse(await readFile(notePath(path), 'utf8'));
    if (typeof url !== 'string' || typeof validator !== 'string') return undefined;
    return { bytes: (await stat(partialPath(path))).size, url, validator };
  } catch {
    return undefined;
  }
}

/** Notes where a transfer that begins anew comes from. */
export async function notePartial(
  path: string,
  { url, validator }: { readonly url: string; readonly validator: string | undefined },
): Promise<void> {
  await rm(notePath(path), { force: true });
  await writeFile(partialPath(path), '');
  if (validator !== undefined) await writeFile(notePath(path), JSON.stringify({ url, validator }));
}

export async function removePartial(path: string): Promise<void> {
  await rm(notePath(path), { force: true });
  await rm(partialPath(path), { force: true });
}
