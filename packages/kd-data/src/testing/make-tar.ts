export interface TarMember {
  readonly name: string;
  readonly content?: Uint8Array;
  /** The type flag. Default `0`, a file. */
  readonly type?: string;
  /** What the header says instead of the content's length. */
  readonly size?: number;
}

const block = 512;

/** A tar archive, by the letter of POSIX (ustar), or of what is claimed instead. `end` counts the blocks at its end. */
export function makeTar(
  members: readonly TarMember[],
  { end = 2 }: { readonly end?: number } = {},
): Uint8Array<ArrayBuffer> {
  const parts = members.map(({ name, content = new Uint8Array(0), type = '0', size = content.length }) => {
    const part = new Uint8Array(block + Math.ceil(content.length / block) * block);
    const put = (at: number, text: string): void => part.set(new TextEncoder().encode(text), at);
    put(0, name);
    put(100, '0000644\0');
    put(124, `${size.toString(8).padStart(11, '0')}\0`);
    put(148, '        ');
    put(156, type);
    put(257, 'ustar\0');
    put(263, '00');
    const sum = part.subarray(0, block).reduce((total, byte) => total + byte, 0);
    put(148, `${sum.toString(8).padStart(6, '0')}\0 `);
    part.set(content, block);
    return part;
  });
  const archive = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0) + end * block);
  let at = 0;
  for (const part of parts) {
    archive.set(part, at);
    at += part.length;
  }
  return archive;
}
