/**
 * The records of an extended header: `LENGTH KEY=VALUE` and a newline, where LENGTH counts the whole record (POSIX.1-2017,
 * pax Extended Header). `undefined` when they do not follow each other to the end.
 */
export function parsePaxRecords(content: Uint8Array): ReadonlyMap<string, string> | undefined {
  const records = new Map<string, string>();
  const text = (begin: number, end: number): string => new TextDecoder().decode(content.subarray(begin, end));
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const digits = space === -1 ? '' : text(at, space);
    const end = at + Number(digits);
    if (!/^\d{1,8}$/.test(digits) || end > content.length || end <= space || content[end - 1] !== 0x0a) {
      return undefined;
    }
    const equals = content.indexOf(0x3d, space);
    if (equals === -1 || equals >= end) return undefined;
    records.set(text(space + 1, equals), text(equals + 1, end - 1));
    at = end;
  }
  return records;
}
