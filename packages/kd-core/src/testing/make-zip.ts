export interface ZipMember {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the directory says instead of the truth, which is that the content is stored as it is. */
  readonly claim?: {
    readonly size?: number;
    readonly compressedSize?: number;
    readonly offset?: number;
    readonly checksum?: number;
    readonly method?: number;
    readonly flags?: number;
  };
  /** Extra bytes in the local header. */
  readonly localExtra?: number;
}

/** A ZIP archive, with ZIP64 records everywhere if wanted, and with such lies as its members ask for. */
export function makeZip(
  members: readonly ZipMember[],
  { zip64 = false, comment = '' }: { readonly zip64?: boolean; readonly comment?: string } = {},
): Uint8Array<ArrayBuffer> {
  const body: number[] = [];
  const directory: number[] = [];
  for (const { name, content, claim = {}, localExtra = 0 } of members) {
    const nameBytes = new TextEncoder().encode(name);
    const {
      size = content.length,
      compressedSize = content.length,
      offset = body.length,
      checksum = 0,
      method = 0,
      flags = 0,
    } = claim;
    const common = [...short(20), ...short(flags), ...short(method), 0, 0, 0, 0, ...long(checksum)];
    body.push(...[0x50, 0x4b, 3, 4], ...common, ...long(content.length), ...long(content.length));
    body.push(...short(nameBytes.length), ...short(localExtra), ...nameBytes);
    body.push(...new Uint8Array(localExtra), ...content);

    const sizes = zip64 ? [0xffffffff, 0xffffffff] : [compressedSize, size];
    const extra = zip64
      ? [...short(1), ...short(24), ...wide(size), ...wide(compressedSize), ...wide(offset)]
      : [];
    directory.push(...[0x50, 0x4b, 1, 2], ...short(20), ...common, ...sizes.flatMap(long));
    directory.push(...short(nameBytes.length), ...short(extra.length), ...short(0), ...short(0), ...short(0));
    directory.push(...long(0), ...long(zip64 ? 0xffffffff : offset), ...nameBytes, ...extra);
  }
  const start = body.length;
  const count = members.length;
  const end64 = zip64
    ? [
        ...[0x50, 0x4b, 6, 6, ...wide(44), ...short(45), ...short(45), ...long(0), ...long(0)],
        ...[...wide(count), ...wide(count), ...wide(directory.length), ...wide(start)],
        ...[0x50, 0x4b, 6, 7, ...long(0), ...wide(start + directory.length), ...long(1)],
      ]
    : [];
  const commentBytes = new TextEncoder().encode(comment);
  return Uint8Array.from([
    ...body,
    ...directory,
    ...end64,
    ...[0x50, 0x4b, 5, 6, ...short(0), ...short(0)],
    ...short(zip64 ? 0xffff : count),
    ...short(zip64 ? 0xffff : count),
    ...long(zip64 ? 0xffffffff : directory.length),
    ...long(zip64 ? 0xffffffff : start),
    ...short(commentBytes.length),
    ...commentBytes,
  ]);
}

function short(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff];
}

function long(value: number): number[] {
  return [...short(value & 0xffff), ...short(value >>> 16)];
}

function wide(value: number): number[] {
  return [...long(value >>> 0), ...long(Math.floor(value / 2 ** 32))];
}
