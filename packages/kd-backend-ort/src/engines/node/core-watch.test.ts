import { describe, expect, it } from 'vitest';
import { CoreWatch, type ProcessorTimes } from './core-watch.ts';

/** A watch that reads the given times one after the other. */
function watching(...readings: Omit<ProcessorTimes, 'cores'>[]): CoreWatch {
  const remaining = readings.map((reading) => ({ cores: 4, ...reading }));
  return new CoreWatch(() => remaining.shift()!);
}

const start = { busy: 5000, idle: 9000, own: 300 };

describe('free cores', () => {
  it('are those that nobody else uses, whatever this process does', () => {
    // 4 cores for 200 ms: this process on 2 of them, others on 1.
    const watch = watching(start, { busy: 5600, idle: 9200, own: 700 });
    expect(watch.freeCores()).toBe(3);
  });

  it('are counted since the last answer', () => {
    const watch = watching(start, { busy: 5800, idle: 9000, own: 300 }, { busy: 5800, idle: 9800, own: 300 });
    expect(watch.freeCores()).toBe(0);
    expect(watch.freeCores()).toBe(4);
  });

  it('are unknown, so none, before enough time has passed, and then as they were', () => {
    const soon = { busy: 5000, idle: 9200, own: 300 };
    expect(watching(start, soon).freeCores()).toBe(0);
    const watch = watching(start, { busy: 5000, idle: 9800, own: 300 }, { busy: 5100, idle: 9800, own: 300 });
    expect([watch.freeCores(), watch.freeCores()]).toEqual([4, 4]);
  });

  it('are at most those of the machine', () => {
    // The clocks of the process and of the system tick differently.
    expect(watching(start, { busy: 5600, idle: 9200, own: 990 }).freeCores()).toBe(4);
  });

  it('are read from the system', async () => {
    const watch = new CoreWatch();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const free = watch.freeCores();
    expect(free).toBeGreaterThanOrEqual(-0.5);
    expect(Number.isFinite(free)).toBe(true);
  });
});
