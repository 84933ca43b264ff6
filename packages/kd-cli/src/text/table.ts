import type { Colors } from '../cli/host.ts';

/** Columns of text: the first `left` (default 1) aligned left, the others right, the heading dimmed. Cells must be free of colour codes. */
export function table(
  rows: readonly (readonly string[])[],
  colors: Colors,
  { left = 1 }: { readonly left?: number } = {},
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  return rows
    .map((row, index) => {
      const line = widths
        .map((width, column) => {
          const cell = row[column] ?? '';
          const gap = ' '.repeat(width - [...cell].length);
          return column < left ? cell + gap : gap + cell;
        })
        .join('   ')
        .trimEnd();
      return index === 0 ? colors.dim(line) : line;
    })
    .join('\n');
}
