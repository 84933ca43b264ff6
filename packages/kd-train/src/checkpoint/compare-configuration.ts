import { KdError } from 'kd-core';
import { type ConfigValue, canonicalJson } from '../hash.ts';

/** `path: value` of every plain value that differs, such as `optimizer/momentum: 0.9 in the checkpoint, 0.8 now`. */
export function configurationDifferences(before: ConfigValue, now: ConfigValue, path = ''): string[] {
  if (isRecord(before) && isRecord(now)) {
    return [...new Set([...Object.keys(before), ...Object.keys(now)])]
      .sort()
      .flatMap((key) =>
        configurationDifferences(before[key] ?? null, now[key] ?? null, path === '' ? key : `${path}/${key}`),
      );
  }
  const [was, is] = [canonicalJson(before), canonicalJson(now)];
  return was === is ? [] : [`${path}: ${was} in the checkpoint, ${is} now`];
}

/** Throws `CHECKPOINT` naming every difference: resuming would not continue the same run. */
export function requireSameConfiguration(name: string, before: ConfigValue, now: ConfigValue): void {
  const differences = configurationDifferences(before, now);
  if (differences.length === 0) return;
  throw new KdError(
    'CHECKPOINT',
    `'${name}' belongs to a different configuration: ${differences.join('; ')}. Restore the configuration, or start a new run in another storage.`,
    { details: { differences } },
  );
}

function isRecord(value: ConfigValue): value is { readonly [key: string]: ConfigValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
