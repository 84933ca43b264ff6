import { readFileSync } from 'node:fs';

/** The version of this package. */
export function packageVersion(): string {
  // The same relative place from src/ and from dist/.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
