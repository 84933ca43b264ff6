/** The part of a worker that loaders use, of Node's worker threads and of Web Workers alike. */
export type LoaderWorker = NodeWorker | WebWorker;

/** A `Worker` of `node:worker_threads`. */
export interface NodeWorker {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: string, listener: (value: unknown) => void): unknown;
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

/** A `Worker` of a browser. */
export interface WebWorker {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: string, listener: (event: object) => void): void;
  terminate(): void;
}

/** A worker, seen from the thread that started it. */
export interface WorkerPort {
  send(message: unknown): void;
  /** Whether a process of Node goes on while nothing but this worker is left. It does at first; in browsers it has no meaning. */
  hold(wanted: boolean): void;
  close(): Promise<void>;
}

export interface WorkerListeners {
  readonly onMessage: (message: unknown) => void;
  /** The worker has ended by itself, or with an error that nobody caught. May be called several times. */
  readonly onEnd: (reason: string, cause?: unknown) => void;
}

export function openWorkerPort(worker: LoaderWorker, { onMessage, onEnd }: WorkerListeners): WorkerPort {
  if ('on' in worker) {
    worker.on('message', onMessage);
    worker.on('messageerror', (error) => onEnd('sent what cannot be read', error));
    worker.on('error', (error) => onEnd(`failed: ${messageOf(error)}`, error));
    worker.on('exit', (code) => onEnd(`ended with exit code ${code}`));
    return {
      send: (message) => worker.postMessage(message),
      hold: (wanted) => (wanted ? worker.ref() : worker.unref()),
      async close() {
        await worker.terminate();
      },
    };
  }
  worker.addEventListener('message', (event) => onMessage((event as { data: unknown }).data));
  worker.addEventListener('messageerror', () => onEnd('sent what cannot be read'));
  worker.addEventListener('error', (event) => onEnd(`failed: ${messageOf(event)}`, event));
  return {
    send: (message) => worker.postMessage(message, []),
    hold() {},
    async close() {
      worker.terminate();
    },
  };
}

/** Browsers tell nothing of a script that cannot be loaded. */
function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === 'string' && message !== '' ? message : 'its script cannot be loaded';
}
