/** Longest time between two turns of the event loop, in milliseconds. */
const INTERVAL = 100;

/** Lets timers, input and signals have their turn now and then, also where a step never leaves the microtask queue. */
export function breather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < INTERVAL) return;
    await nextTurn();
    last = performance.now();
  };
}

/** Lets everything that waits for the event loop go on once. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    // Timers of browsers wait for some milliseconds; they have no other.
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
