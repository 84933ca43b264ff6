import { KdError } from 'kd-core';
import type { ClusterCenter } from './cluster-layers.ts';
import { type HintSimilarity, hintSimilarities } from './layer-similarity.ts';
import type { HintCluster } from './select-hint-points.ts';

export const HINT_POINTS_FORMAT = 'kd-hint-points/1';

/** Which layers of a teacher are to be taught by: found once, used with any student and any method that takes hints. */
export interface HintPoints {
  readonly format: typeof HINT_POINTS_FORMAT;
  readonly teacher: {
    readonly name: string;
    /** `hashTensors` of its variables, 64 hexadecimal digits. */
    readonly hash: string;
  };
  readonly similarity: HintSimilarity;
  readonly center: ClusterCenter;
  /** How many samples the layers were compared on. */
  readonly samples: number;
  /** The hint points in the order of the network: the centres of `clusters`. */
  readonly taps: readonly string[];
  readonly clusters: readonly HintCluster[];
}

/** The text of a hint-points file: JSON, equal for equal hint points. */
export function encodeHintPoints(points: HintPoints): string {
  const { format, teacher, similarity, center, samples, taps, clusters } = points;
  return `${JSON.stringify({ format, teacher, similarity, center, samples, taps, clusters }, null, 2)}\n`;
}

/** Reads the text of a hint-points file. Throws `PARSE`, naming the field, for anything else. */
export function decodeHintPoints(text: string): HintPoints {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new KdError('PARSE', `The hint points are no JSON: ${(cause as Error).message}`, { cause });
  }
  const file = record('the file', value);
  require(file.format ===
    HINT_POINTS_FORMAT, 'format', `'${HINT_POINTS_FORMAT}': other files are not hint points of this version`, file.format);
  const teacher = record('teacher', file.teacher);
  const clusters = list('clusters', file.clusters).map((each, index) =>
    readCluster(`clusters[${index}]`, each),
  );
  const taps = names('taps', file.taps);
  const centers = clusters.map((cluster) => cluster.center);
  require(taps.join() ===
    centers.join(), 'taps', `the centres of clusters, ${centers.join(', ')}`, file.taps);
  const members = clusters.flatMap((cluster) => cluster.members);
  require(new Set(members).size ===
    members.length, 'clusters', 'without a tap in two of them', file.clusters);
  return {
    format: HINT_POINTS_FORMAT,
    teacher: {
      name: string('teacher.name', teacher.name),
      hash: matching('teacher.hash', teacher.hash, /^[0-9a-f]{64}$/, '64 hexadecimal digits'),
    },
    similarity: choice('similarity', file.similarity, hintSimilarities),
    center: choice('center', file.center, ['index-mean', 'medoid'] as const),
    samples: count('samples', file.samples),
    taps,
    clusters,
  };
}

function readCluster(where: string, value: unknown): HintCluster {
  const cluster = record(where, value);
  const center = string(`${where}.center`, cluster.center);
  const members = names(`${where}.members`, cluster.members);
  require(members.includes(center), `${where}.members`, `with the centre '${center}' among them`, members);
  return { center, members };
}

function require(holds: boolean, field: string, expected: string, found: unknown): void {
  if (holds) return;
  const shown = JSON.stringify(found) ?? 'nothing';
  throw new KdError(
    'PARSE',
    `Hint points: ${field} must be ${expected}, found ${shown.length > 80 ? `${shown.slice(0, 77)}...` : shown}.`,
  );
}

function record(field: string, value: unknown): Readonly<Record<string, unknown>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  require(isRecord, field, 'an object', value);
  return value as Readonly<Record<string, unknown>>;
}

function list(field: string, value: unknown): readonly unknown[] {
  require(Array.isArray(value) && value.length > 0, field, 'a list that is not empty', value);
  return value as readonly unknown[];
}

function names(field: string, value: unknown): string[] {
  return list(field, value).map((each, index) => string(`${field}[${index}]`, each));
}

function string(field: string, value: unknown): string {
  require(typeof value === 'string' && value !== '', field, 'a text that is not empty', value);
  return value as string;
}

function matching(field: string, value: unknown, pattern: RegExp, expected: string): string {
  require(typeof value === 'string' && pattern.test(value), field, expected, value);
  return value as string;
}

function choice<T extends string>(field: string, value: unknown, choices: readonly T[]): T {
  require(choices.includes(value as T), field, `one of ${choices.join(', ')}`, value);
  return value as T;
}

function count(field: string, value: unknown): number {
  require(Number.isInteger(value) && (value as number) >= 1, field, 'a whole number of at least 1', value);
  return value as number;
}
