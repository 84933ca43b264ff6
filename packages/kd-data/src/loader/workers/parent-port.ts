/** The thread that started this worker, seen from the worker. */
export interface ParentPort {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  listen(listener: (message: unknown) => void): void;
}

/** What a Web Worker has of the types of a browser. */
interface WorkerScope {
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/**
 * `undefined` outside of a worker. Nothing is waited for: in a browser, messages that come before there is a listener are lost.
 */
export function openParentPort(): ParentPort | undefined {
  if ('WorkerGlobalScope' in globalThis) {
    const scope = globalThis as unknown as WorkerScope;
    return {
      post: (message, transfer) => scope.postMessage(message, transfer),
      listen: (listener) => scope.addEventListener('message', ({ data }) => listener(data)),
    };
  }
  const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
  if (port === undefined || port === null) return undefined;
  return {
    post: (message, transfer) => port.postMessage(message, transfer),
    listen(listener) {
      port.on('message', listener);
    },
  };
}
