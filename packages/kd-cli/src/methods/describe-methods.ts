import type { MethodFacts, OptionDescription } from 'kd-train';
import type { Colors } from '../cli/host.ts';
import { methodEntries } from '../config/method-entries.ts';
import { table } from '../text/table.ts';

/** A method as data. */
export interface ListedMethod extends MethodFacts {
  readonly name: string;
  readonly options: Readonly<Record<string, OptionDescription>>;
}

/** Every method of the catalog, family by family. */
export function listMethods(): ListedMethod[] {
  return Object.entries(methodEntries).map(([name, { create: _, ...entry }]) => ({ name, ...entry }));
}

/** Methods in a table, one a line. */
export function describeMethods(methods: readonly ListedMethod[], colors: Colors): string {
  const rows = methods.map(({ name, title, family, confidence, citation }) => [
    name,
    title,
    family,
    confidence,
    String(citation.year),
  ]);
  return table([['Method', 'title', 'family', 'built from', 'year'], ...rows], colors, { left: 4 });
}
