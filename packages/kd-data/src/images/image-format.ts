import { isJpeg } from './jpeg/read-jpeg-header.ts';
import { isPng } from './png/read-png-header.ts';

export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** The format that the first bytes of a file tell. */
export function imageFormat(bytes: Uint8Array): ImageFormat | undefined {
  if (isJpeg(bytes)) return 'jpeg';
  if (isPng(bytes)) return 'png';
  const letters = (begin: number, end: number): string => String.fromCharCode(...bytes.subarray(begin, end));
  if (letters(0, 4) === 'RIFF' && letters(8, 12) === 'WEBP') return 'webp';
  if (letters(0, 4) === 'GIF8') return 'gif';
  if (letters(0, 4) === 'II*\0' || letters(0, 4) === 'MM\0*') return 'tiff';
  if (letters(4, 8) === 'ftyp' && ['avif', 'avis'].includes(letters(8, 12))) return 'avif';
  return undefined;
}

/** The first bytes of a file, as messages show them. */
export function firstBytes(bytes: Uint8Array): string {
  const shown = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return shown === '' ? 'nothing' : shown;
}
