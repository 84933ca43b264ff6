const marker = { prefix: 0xff, startOfScan: 0xda, exif: 0xe1 } as const;

/** A JPEG file without its APP1 segments before the first scan, in which Exif asks for rotations. */
export function withoutExif(bytes: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  let from = 0;
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === marker.prefix; ) {
    const code = bytes[at + 1]!;
    if (code === marker.startOfScan) break;
    const end = at + 2 + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
    if (code === marker.exif) {
      kept.push(bytes.subarray(from, at));
      from = end;
    }
    at = end;
  }
  kept.push(bytes.subarray(from));
  const joined = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of kept) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
