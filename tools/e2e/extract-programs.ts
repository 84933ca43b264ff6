export interface Program {
  /** Line of the page where the program begins, from 1. */
  readonly line: number;
  readonly source: string;
}

/** The TypeScript programs of a Markdown page: every block fenced with exactly three backticks and `ts`. */
export function extractPrograms(markdown: string): readonly Program[] {
  const programs: Program[] = [];
  for (const match of markdown.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const line = markdown.slice(0, match.index).split('\n').length + 1;
    programs.push({ line, source: match[1] ?? '' });
  }
  return programs;
}
