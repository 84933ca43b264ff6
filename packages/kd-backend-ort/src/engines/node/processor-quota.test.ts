import { describe, expect, it } from 'vitest';
import { processorQuota } from './processor-quota.ts';

const from = (files: Record<string, string>) => processorQuota((path) => files[path]);

describe('processorQuota', () => {
  it('reads the quota of a container with control groups version 2', () => {
    const files = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '150000 100000\n' };
    expect(from(files)).toBe(1.5);
    expect(from({ ...files, '/sys/fs/cgroup/cpu.max': 'max 100000\n' })).toBeUndefined();
  });

  it('takes the least of the groups that contain the process', () => {
    const files = {
      '/proc/self/cgroup': '0::/user.slice/job\n',
      '/sys/fs/cgroup/user.slice/job/cpu.max': '400000 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '200000 100000\n',
    };
    expect(from(files)).toBe(2);
  });

  it('reads version 1, also where the group of the list is the one of the host', () => {
    const list = '9:name=systemd:/\n4:cpu,cpuacct:/docker/f00\n0::/\n';
    const quota = (folder: string, microseconds: string) => ({
      [`${folder}/cpu.cfs_quota_us`]: microseconds,
      [`${folder}/cpu.cfs_period_us`]: '100000\n',
    });
    const group = '/sys/fs/cgroup/cpu,cpuacct';
    expect(from({ '/proc/self/cgroup': list, ...quota(`${group}/docker/f00`, '300000\n') })).toBe(3);
    expect(from({ '/proc/self/cgroup': list, ...quota(group, '50000\n') })).toBe(0.5);
    expect(from({ '/proc/self/cgroup': list, ...quota(group, '-1\n') })).toBeUndefined();
  });

  it('knows none where there are no control groups', () => {
    expect(from({})).toBeUndefined();
    expect(from({ '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': 'nonsense' })).toBeUndefined();
  });
});
