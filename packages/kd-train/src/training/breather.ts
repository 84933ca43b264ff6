/** Longest time between two turns of the event loop, in milliseconds. */
const INTERVAL = 100;

/** Lets timers, input and signals have their turn now and then, also where a step never leaves the microtask queue. */
export function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < INTERVAL) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
