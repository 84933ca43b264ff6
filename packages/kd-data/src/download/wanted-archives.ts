import type { DatasetArchive, DatasetForm } from '../catalog/dataset-entry.ts';

/** The archives of a form that hold any of `parts`, as far as their names tell; others hold all parts. */
export function wantedArchives(form: DatasetForm, parts: readonly string[]): readonly DatasetArchive[] {
  const files = new Set(parts.flatMap((part) => form.parts[part] ?? []));
  const others = Object.keys(form.parts).filter((part) => !parts.includes(part));
  return form.archives.filter(({ file, packing, into }) =>
    packing === 'none' ? files.has(file) : into === undefined || !others.includes(into),
  );
}
