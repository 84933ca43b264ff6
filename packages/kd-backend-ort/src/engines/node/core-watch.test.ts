import { setTimeout } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { CoreWatch, type ProcessorTimes } from './core-watch.ts';

/** A watch that reads the given times one after the other. */
function watching(...readings: Omit<ProcessorTimes, 'cores'>[]) {
  const remaining = readings.map((reading) => ({ cores: 4, ...reading }));
  const wait = vi.fn(async () => undefined);
  return { watch: new CoreWatch({ read: () => remaining.shift()!, wait }), wait };
}

const start = { busy: 5000, idle: 9000, own: 300 };

describe('free cores', () => {
  it('are those that nobody else uses, whatever this process does', async () => {
    // 4 cores for 200 ms: this process on 2 of them, others on 1.
    const { watch, wait } = watching(start, { busy: 5600, idle: 9200, own: 700 });
    expect(await watch.freeCores()).toBe(3);
    expect(wait).not.toHaveBeenCalled();
  });

  it('are counted since the last answer', async () => {
    const { watch } = watching(start, { ...start, busy: 5800 }, { ...start, busy: 5800, idle: 9800 });
    expect(await watch.freeCores()).toBe(0);
    expect(await watch.freeCores()).toBe(4);
  });

  it('are unknown, so none, before enough time has passed, and then as they were', async () => {
    expect(await watching(start, { ...start, idle: 9200 }).watch.freeCores()).toBe(0);
    const { watch } = watching(start, { ...start, idle: 9800 }, { ...start, busy: 5100, idle: 9800 });
    expect([await watch.freeCores(), await watch.freeCores()]).toEqual([4, 4]);
  });

  it('are counted anew where the last answer is old', async () => {
    const later = { ...start, busy: 105_000 };
    const { watch, wait } = watching(start, later, { ...later, idle: 9400 });
    expect(await watch.freeCores()).toBe(4);
    expect(wait).toHaveBeenCalledExactlyOnceWith(100);
  });

  it('are at most those of the machine', async () => {
    // The clocks of the process and of the system tick differently.
    expect(await watching(start, { busy: 5600, idle: 9200, own: 990 }).watch.freeCores()).toBe(4);
  });

  it('are read from the system', async () => {
    const watch = new CoreWatch();
    await setTimeout(150);
    const free = await watch.freeCores();
    expect(free).toBeGreaterThanOrEqual(-0.5);
    expect(free).toBeLessThanOrEqual(1024);
  });
});
