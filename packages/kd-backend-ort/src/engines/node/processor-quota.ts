import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type ReadText = (path: string) => string | undefined;

const ROOT = '/sys/fs/cgroup';

/**
 * Processors that the control groups of this process allow it to keep busy: the quota of processor time of a container,
 * version 1 or 2. Undefined where there is none. (Node's `availableParallelism` sees some of these, not all.)
 */
export function processorQuota(read: ReadText = readIfThere): number | undefined {
  const quotas = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, controllers = '', path = '/'] = line.split(':');
    if (controllers === '') return foldersUpFrom(path).map((folder) => quotaOf2(join(ROOT, folder), read));
    if (!controllers.split(',').includes('cpu')) return [];
    // Containers often see the group of the host in the list and their own one mounted at the root.
    return foldersUpFrom(path).map((folder) => quotaOf1(join(ROOT, controllers, folder), read));
  });
  const known = quotas.filter((quota) => quota !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** `/a/b`, `/a`, `/`: a group is bound by those that contain it. */
function foldersUpFrom(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [path, ...foldersUpFrom(parent)];
}

function quotaOf2(folder: string, read: ReadText): number | undefined {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ').map(Number);
  return ratioOf(quota, period);
}

function quotaOf1(folder: string, read: ReadText): number | undefined {
  const quota = read(join(folder, 'cpu.cfs_quota_us'));
  const period = read(join(folder, 'cpu.cfs_period_us'));
  return quota === undefined || period === undefined ? undefined : ratioOf(Number(quota), Number(period));
}

/** `max` and -1 stand for no quota. */
function ratioOf(quota: number | undefined, period: number | undefined): number | undefined {
  const ratio = (quota ?? Number.NaN) / (period ?? Number.NaN);
  return ratio > 0 && Number.isFinite(ratio) ? ratio : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
