import { type FrozenModel, KdError, requireArgument, type Storage } from 'kd-core';
import type { LogitsEncoding } from './logits-encoding.ts';

const FORMAT = 'kd-teacher-cache/1';
const FILE = 'cache.json';

/** What a cache holds, as its file `cache.json` says it: what must be the same for its rows to be used. */
export interface CacheFacts {
  readonly teacher: { readonly name: string; readonly fingerprint: string };
  readonly classes: number;
  readonly logits: LogitsEncoding;
  /** Shape of each tap for one sample. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
}

/**
 * The facts of a cache of these outputs of `teacher`. Throws `INVALID_ARGUMENT` for a teacher without a fingerprint,
 * whose outputs would not be told from those of another, and for a tap that it does not have.
 */
export function cacheFacts(
  teacher: FrozenModel,
  { logits, taps }: { readonly logits: LogitsEncoding; readonly taps: readonly string[] },
): CacheFacts {
  const { name, fingerprint, classes } = teacher;
  requireArgument(
    fingerprint !== undefined,
    () =>
      `The teacher '${name}' has no fingerprint, so that its outputs cannot be told from those of another one. Give its FrozenModel a fingerprint, such as a hash of its weights.`,
  );
  return { teacher: { name, fingerprint }, classes, logits, taps: tapShapes(teacher, taps) };
}

/** Shapes of taps of a teacher for one sample, sorted by name. Throws `INVALID_ARGUMENT` for a tap that it does not have. */
export function tapShapes(
  { name, taps: known }: Pick<FrozenModel, 'name' | 'taps'>,
  taps: readonly string[],
): Readonly<Record<string, readonly number[]>> {
  const shapes = [...taps].sort().map((tap) => {
    const shape = known[tap];
    requireArgument(
      shape !== undefined,
      () => `The teacher '${name}' has no tap '${tap}'. It has ${Object.keys(known).join(', ') || 'none'}.`,
    );
    return [tap, shape] as const;
  });
  return Object.fromEntries(shapes);
}

/**
 * Makes sure that a storage is a cache of these facts, or becomes one. Throws `STORAGE` for one that holds something else,
 * naming what differs; nothing is changed then.
 */
export async function claimStorage(storage: Storage, facts: CacheFacts): Promise<void> {
  const wanted = JSON.stringify({ format: FORMAT, ...facts }, undefined, 2);
  const bytes = await storage.read(FILE);
  if (bytes === undefined) {
    await storage.write(FILE, new TextEncoder().encode(`${wanted}\n`));
    return;
  }
  const found = parse(bytes);
  if (found === undefined) {
    throw new KdError(
      'STORAGE',
      `${storage.location} holds a ${FILE} that is damaged. Remove the folder, and the cache is built anew.`,
    );
  }
  const expected = JSON.parse(wanted) as Record<string, unknown>;
  const differing = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter(
    (key) => JSON.stringify(found[key]) !== JSON.stringify(expected[key]),
  );
  if (differing.length === 0) return;
  const said = differing.map((key) => `${key} ${shown(found[key])} there, ${shown(expected[key])} now`);
  throw new KdError(
    'STORAGE',
    `${storage.location} holds what another teacher said, or in another form: ${said.join('; ')}. Choose another folder, or remove this one.`,
    { details: { differing } },
  );
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}
