// Packs the UCI optical handwritten digits into src/digits/digits-data.ts.
//
//   node packages/kd-data/scripts/pack-digits.mjs path/to/digits.csv[.gz]
//
// A line of the file is 64 pixels of 0..16 (8x8, row by row), then the label. The packed bytes are the
// labels in the order of the file, then one plane for each pixel position with the images ordered by class
// (stable): neighbouring bytes of a plane are then alike, which saves a sixth against the order of the file.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv, exit, stderr } from 'node:process';
import { deflateSync, gunzipSync } from 'node:zlib';

const pixelsPerImage = 64;
const [, , path] = argv;
if (path === undefined) {
  stderr.write('Usage: node pack-digits.mjs path/to/digits.csv[.gz]\n');
  exit(2);
}

const bytes = readFileSync(path);
const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
const rows = (isGzip ? gunzipSync(bytes) : bytes)
  .toString('utf8')
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(',').map(Number));

for (const [index, row] of rows.entries()) {
  const [label] = row.slice(pixelsPerImage);
  const pixels = row.slice(0, pixelsPerImage);
  const valid =
    row.length === pixelsPerImage + 1 &&
    pixels.every((value) => Number.isInteger(value) && value >= 0 && value <= 16) &&
    Number.isInteger(label) &&
    label >= 0 &&
    label <= 9;
  if (!valid) throw new Error(`Line ${index + 1} of ${path} must be 64 pixels of 0..16 and a label of 0..9.`);
}

const labels = rows.map((row) => row[pixelsPerImage]);
const byClass = rows.toSorted((a, b) => a[pixelsPerImage] - b[pixelsPerImage]);
const planes = Array.from({ length: pixelsPerImage }, (_, position) => byClass.map((row) => row[position]));
const packed = deflateSync(Uint8Array.from([...labels, ...planes.flat()]), { level: 9 }).toString('base64');

const target = new URL('../src/digits/digits-data.ts', import.meta.url);
writeFileSync(
  target,
  `// Written by scripts/pack-digits.mjs, which describes the layout; do not edit.
// UCI Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), CC BY 4.0; see NOTICE.
export const digitsLength = ${rows.length};
export const digitsData: string =
  '${packed}';
`,
);
