import { readFileSync } from 'node:fs';

/** The largest resident memory of this process so far, in MB. */
export function peakMemory() {
  try {
    // The process's own; the figure of `resourceUsage` starts from that of the process that spawned it.
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1000;
  } catch {
    return process.resourceUsage().maxRSS / 1000;
  }
}
