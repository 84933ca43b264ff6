/** Data of a configuration as words: `sgd (momentum 0.9, nesterov, decay decoupled)`, `[3, cosine (initial 1)]`. */
export function settingsText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(settingsText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const { name, ...settings } = value as Readonly<Record<string, unknown>>;
  const listed = Object.entries(settings)
    .filter(([, setting]) => setting !== undefined)
    .map(([key, setting]) =>
      setting === true ? key : setting === false ? `no ${key}` : `${key} ${settingsText(setting)}`,
    )
    .join(', ');
  if (name === undefined) return `(${listed})`;
  return listed === '' ? String(name) : `${String(name)} (${listed})`;
}
