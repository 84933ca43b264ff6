/** The bytes of a file of `fixtures/`, in Node as in a browser that is served this package's folder. */
export async function readFixture(path: string): Promise<Uint8Array> {
  // In two steps, since Vite would rewrite the expression as one of its assets.
  const here = import.meta.url;
  const url = new URL(`../fixtures/${path}`, here);
  if (url.protocol === 'file:') {
    const { readFile } = await import('node:fs/promises');
    return readFile(url);
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}.`);
  return new Uint8Array(await response.arrayBuffer());
}
