/** How long something may be used: it ends once, and only when the work that was begun before is done. */
export class Lifetime {
  readonly #running = new Set<Promise<unknown>>();
  #end: Promise<void> | undefined;

  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** Does `work` within the lifetime; it must not be over. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Lets nothing begin from now on, waits for what runs, then calls `release`; a second call waits for the first. */
  end(release: () => Promise<void>): Promise<void> {
    this.#end ??= Promise.allSettled(this.#running).then(release);
    return this.#end;
  }
}
