import { type Zippable, zipSync } from 'fflate';

/** What the directory of an archive says of its first file instead of the truth. */
export interface ZipClaim {
  readonly size?: number;
  readonly checksum?: number;
  readonly method?: number;
  readonly flags?: number;
}

/** Where the fields of a directory's entry lie (PKWARE APPNOTE.TXT 4.3.12), and how many bits they have. */
const fields = { flags: [8, 16], method: [10, 16], checksum: [16, 32], size: [24, 32] } as const;

/** A ZIP archive of files, deflated where they do not ask for another level, and of lies about the first. */
export function makeZip(files: Zippable, claim: ZipClaim = {}): Uint8Array<ArrayBuffer> {
  const archive = zipSync(files).slice();
  const view = new DataView(archive.buffer);
  const entry = view.getUint32(archive.length - 6, true);
  for (const [name, value] of Object.entries(claim)) {
    const [at, bits] = fields[name as keyof ZipClaim];
    if (bits === 16) view.setUint16(entry + at, value, true);
    else view.setUint32(entry + at, value, true);
  }
  return archive;
}
