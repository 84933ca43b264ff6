import { cpus } from 'node:os';

/** Processor time of the machine and of this process, in milliseconds. */
export interface ProcessorTimes {
  readonly cores: number;
  /** Summed over all cores. */
  readonly busy: number;
  readonly idle: number;
  /** What of `busy` this process used. */
  readonly own: number;
}

/** Shorter windows than this tell little: the system counts in ticks of 10 ms. */
const SHORTEST_WINDOW = 100;

/** Tells how many cores other processes leave to this one. */
export class CoreWatch {
  readonly #read: () => ProcessorTimes;
  #since: ProcessorTimes;
  #free = 0;

  constructor(read: () => ProcessorTimes = readProcessorTimes) {
    this.#read = read;
    this.#since = read();
  }

  /** Cores that others left free since the last answer; 0 while too little time has passed for one. */
  freeCores(): number {
    const now = this.#read();
    const { cores } = now;
    const busy = now.busy - this.#since.busy;
    const window = (busy + now.idle - this.#since.idle) / cores;
    if (window < SHORTEST_WINDOW) return this.#free;
    const others = (busy - (now.own - this.#since.own)) / window;
    this.#since = now;
    this.#free = Math.min(cores, cores - others);
    return this.#free;
  }
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
