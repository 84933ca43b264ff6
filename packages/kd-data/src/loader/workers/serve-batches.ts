import { type BatchSource, KdError, requireArgument } from 'kd-core';
import { openParentPort, type ParentPort } from './parent-port.ts';
import { type Answer, describeSource, type Request } from './protocol.ts';
import { sendBatch } from './sent-batch.ts';
import { sendError } from './sent-error.ts';

/** Makes the source of batches of what `workerLoader` was given as `options`. */
export type OpenSource<Options> = (options: Options) => BatchSource | Promise<BatchSource>;

/**
 * To be called once by the module of a worker, before it waits for anything: serves the batches of what `open` gives to the `workerLoader` that started the
 * worker. Every worker opens a source of its own, so `open` must always give the same batches; and as `batch` is
 * a pure function of (epoch, index), any of them can make any batch. Batches move to the other thread without being copied:
 * the source must make new tensors for each. Throws `UNSUPPORTED` outside of a worker.
 */
export function serveBatches<Options = undefined>(open: OpenSource<Options>): void {
  const port = openParentPort();
  if (port === undefined) {
    throw new KdError(
      'UNSUPPORTED',
      'serveBatches serves the thread that started a worker, but this is no worker. Start this module by workerLoader({ worker }).',
    );
  }
  serveBatchesOn(port, open);
}

export function serveBatchesOn<Options>(port: ParentPort, open: OpenSource<Options>): void {
  const post = (answer: Answer, transfer: readonly ArrayBuffer[] = []): void => port.post(answer, transfer);
  let source: Promise<BatchSource> | undefined;
  const openSource = async (options: unknown): Promise<BatchSource> => open(options as Options);

  const answer = async (request: Request): Promise<void> => {
    if (request.kind === 'open') {
      source = openSource(request.options);
      post({ kind: 'opened', source: describeSource(await source) });
      return;
    }
    const { id, epoch, index } = request;
    requireArgument(source !== undefined, () => 'A batch was asked for before the source was opened.');
    const { batch, transfer } = sendBatch(await (await source).batch(epoch, index));
    post({ kind: 'batch', id, batch }, transfer);
  };

  port.listen((message) => {
    const request = message as Request;
    answer(request).catch((error: unknown) => {
      const sent = sendError(error);
      post(
        request.kind === 'open'
          ? { kind: 'refused', error: sent }
          : { kind: 'failed', id: request.id, error: sent },
      );
    });
  });
}
