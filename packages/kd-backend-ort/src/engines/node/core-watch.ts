import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

/** Processor time of the machine and of this process, in milliseconds. */
export interface ProcessorTimes {
  readonly cores: number;
  /** Summed over all cores. */
  readonly busy: number;
  readonly idle: number;
  /** What of `busy` this process used. */
  readonly own: number;
}

/** Milliseconds. Shorter windows tell little, since the system counts in ticks of 10; longer ones tell of the past. */
const SHORTEST_WINDOW = 100;
const LONGEST_WINDOW = 2000;

/** What a watch sees of the world. */
export interface WatchedMachine {
  read(): ProcessorTimes;
  wait(milliseconds: number): Promise<unknown>;
}

/** Tells how many cores other processes leave to this one. */
export class CoreWatch {
  readonly #machine: WatchedMachine;
  #since: ProcessorTimes;
  #free = 0;

  constructor(machine: WatchedMachine = { read: readProcessorTimes, wait: setTimeout }) {
    this.#machine = machine;
    this.#since = machine.read();
  }

  /**
   * Cores that others leave free, over the time since the last answer where that is short, else over a moment that is
   * waited for. As before, and 0 at first, where there has been too little time.
   */
  async freeCores(): Promise<number> {
    let now = this.#machine.read();
    if (windowOf(this.#since, now) > LONGEST_WINDOW) {
      this.#since = now;
      await this.#machine.wait(SHORTEST_WINDOW);
      now = this.#machine.read();
    }
    const window = windowOf(this.#since, now);
    if (window < SHORTEST_WINDOW) return this.#free;
    const others = now.busy - this.#since.busy - (now.own - this.#since.own);
    this.#since = now;
    this.#free = Math.min(now.cores, now.cores - others / window);
    return this.#free;
  }
}

function windowOf(since: ProcessorTimes, now: ProcessorTimes): number {
  return (now.busy + now.idle - since.busy - since.idle) / now.cores;
}

function readProcessorTimes(): ProcessorTimes {
  const times = cpus().map((cpu) => cpu.times);
  const sum = (amounts: readonly number[]): number => amounts.reduce((total, each) => total + each, 0);
  const { user, system } = process.cpuUsage();
  return {
    cores: times.length,
    busy: sum(times.map((each) => each.user + each.nice + each.sys + each.irq)),
    idle: sum(times.map((each) => each.idle)),
    own: (user + system) / 1000,
  };
}
