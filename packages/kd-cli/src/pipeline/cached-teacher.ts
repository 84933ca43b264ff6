import { join } from 'node:path';
import { type FrozenModel, KdError } from 'kd-core';
import { nodeStorage } from 'kd-core/node';
import { type CachedTeacher, estimateTeacherCache, fillTeacherCache, openTeacherCache } from 'kd-data';
import { type ConfigValue, hashConfig, type Method, openFrozenNetwork } from 'kd-train';
import type { DistillConfig } from '../config/config.ts';
import type { TeacherCacheConfig } from '../config/teacher-cache-config.ts';
import type { Phase } from '../progress/time-left.ts';
import { bytes } from '../text/format-number.ts';
import { asksTeacher } from './asks-teacher.ts';
import type { Trained } from './network-result.ts';
import type { DistillPlan, Recipe } from './plan.ts';
import { repeatedImages } from './repeated-images.ts';
import type { Run } from './run.ts';

const GIGABYTE = 1e9;
const defaultMaximumGigabytes = 16;

/**
 * The teacher of a plan, with what it says kept below the folder of `teacher.cache`: in a folder of its own for each teacher, data
 * and form of the outputs, so that no setting meets what belongs to another.
 */
export async function openCachedTeacher(
  {
    plan: { config, student },
    backend,
    progress,
  }: Pick<Run, 'plan' | 'backend'> & { readonly progress: Pick<Run['progress'], 'note'> },
  teacher: Trained | FrozenModel,
): Promise<CachedTeacher> {
  const cache = config.teacher.cache!;
  const { logits = 'float32', maximumGigabytes = defaultMaximumGigabytes } = cache;
  const taps = tapsOfTeacher(student.method);
  const frozen = 'variables' in teacher ? await openFrozenNetwork({ backend, ...teacher, taps }) : teacher;
  const identity = await hashConfig([frozen.fingerprint ?? '', logits, [...taps], dataIdentity(config)]);
  const folder = join(
    cache.folder ?? join(config.output, 'teacher-cache'),
    `${frozen.name.replaceAll(/[^\w-]/g, '-')}-${identity.slice(0, 12)}`,
  );
  return openTeacherCache({
    teacher: frozen,
    storage: nodeStorage(folder),
    samples: student.source.samples!.count,
    variants: student.source.variants!,
    logits,
    taps,
    maximumBytes: maximumGigabytes * GIGABYTE,
    onWarning: (message) => progress.note(`warning: ${message}`),
  });
}

/**
 * Throws `STORAGE` when what `teacher` says of the images of a recipe takes more than its cache may: before anything is trained
 * for it.
 */
export function requireRoomInCache(
  { logits, maximumGigabytes = defaultMaximumGigabytes }: TeacherCacheConfig,
  { method, source }: Pick<Recipe, 'method' | 'source'>,
  teacher: FrozenModel,
): void {
  if (!asksTeacher(method)) return;
  const needed = estimateTeacherCache({
    teacher,
    samples: source.samples!.count,
    variants: source.variants!,
    taps: tapsOfTeacher(method),
    ...(logits !== undefined && { logits }),
  });
  if (needed <= maximumGigabytes * GIGABYTE) return;
  throw new KdError(
    'STORAGE',
    `A full cache of '${teacher.name}' takes ${bytes(needed)}, above the ${bytes(maximumGigabytes * GIGABYTE)} that teacher.cache.maximumGigabytes allows. Keep fewer variants or taps, or only the largest logits ({ top: 10 }), or raise it.`,
  );
}

/** Whether a run asks the teacher about all images before the student's training. */
export function isFilledAhead({ config, student, allImages }: DistillPlan): boolean {
  const isKept = allImages !== undefined && asksTeacher(student.method);
  return isKept && config.teacher.cache?.fill !== 'first pass';
}

/** `fillCache` as progress counts it. */
export function phaseOfFilling({ allImages }: DistillPlan): Phase {
  const steps = allImages!.stepsPerEpoch * allImages!.variants!;
  return { label: 'teacher cache', kind: 'teacher cache', steps };
}

/**
 * Asks the teacher about all images, as the next phase of `progress`. Gives the seconds that it took. Throws `INTERRUPTED` after
 * Ctrl-C, with what was asked so far kept.
 */
export async function fillCache(
  { plan, host, interrupt, progress }: Pick<Run, 'plan' | 'host' | 'interrupt' | 'progress'>,
  cached: CachedTeacher,
): Promise<number> {
  const started = host.now();
  progress.nextPhase();
  let step = 0;
  for await (const _ of fillTeacherCache(cached, plan.allImages!)) {
    step += 1;
    progress.update(step);
    if (interrupt.signal.aborted) break;
  }
  interrupt.throwIfAborted();
  return (host.now() - started) / 1000;
}

/** Taps of teachers that a method or its warm-up reads. */
export function tapsOfTeacher({ requires, warmUp }: Method): readonly string[] {
  const own = requires.teachers.flatMap(({ taps }) => taps);
  return [...new Set([...own, ...(warmUp === undefined ? [] : tapsOfTeacher(warmUp.method))])].sort();
}

/** What the images of a student depend on, but for the number of variants, of which more can come later. */
function dataIdentity(config: DistillConfig): ConfigValue {
  const { dataset, split, augmentation, normalization } = config;
  const { augmentationKey } = repeatedImages(config)!;
  return JSON.parse(
    JSON.stringify({ dataset, split, augmentation, normalization, augmentationKey }),
  ) as ConfigValue;
}
