import { type Batch, KdError } from 'kd-core';
import type { Answer, Request, SourceDescription } from './protocol.ts';
import type { Ticket } from './read-ahead.ts';
import { receiveBatch } from './sent-batch.ts';
import { receiveError } from './sent-error.ts';
import { type LoaderWorker, openWorkerPort, type WorkerPort } from './worker-port.ts';

/** Requests that a worker has at a time: one that it works on, and one so that it need not wait for the next. */
const requestsAtOnce = 2;

/** Workers that serve batches of the same source. */
export interface Crew {
  readonly source: SourceDescription;
  /** Begins a batch as soon as a worker is free, in the order of the calls. */
  begin(epoch: number, index: number): Ticket<Batch>;
  /** Whether somebody waits for a batch: a process of Node goes on as long. */
  hold(wanted: boolean): void;
  /** Ends the workers; what was begun is rejected. */
  close(reason: KdError): Promise<void>;
}

interface Task {
  readonly request: Extract<Request, { kind: 'batch' }>;
  readonly resolve: (batch: Batch) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly port: WorkerPort;
  readonly tasks: Map<number, Task>;
}

/**
 * Starts `count` workers and opens the source in each. Rejected, after all workers have ended, with the error of a worker that cannot
 * open it, with `WORKER` for one that ends, and with `INVALID_ARGUMENT` for options that cannot be sent.
 */
export async function openCrew(start: () => LoaderWorker, count: number, options: unknown): Promise<Crew> {
  const members: Member[] = [];
  let queue: Task[] = [];
  let failure: Error | undefined;
  let lastId = 0;

  const fail = (error: Error): void => {
    if (failure !== undefined) return;
    failure = error;
    for (const { reject } of [...queue, ...members.flatMap(({ tasks }) => [...tasks.values()])])
      reject(error);
    queue = [];
    for (const { tasks } of members) tasks.clear();
  };
  const close = async (error: Error): Promise<void> => {
    fail(error);
    await Promise.all(members.map(({ port }) => port.close()));
  };

  const dispatch = (): void => {
    while (queue.length > 0) {
      const member = members.reduce((idlest, each) => (each.tasks.size < idlest.tasks.size ? each : idlest));
      if (member.tasks.size >= requestsAtOnce) return;
      const task = queue.shift()!;
      member.tasks.set(task.request.id, task);
      member.port.send(task.request);
    }
  };

  const startMember = (number: number): Promise<SourceDescription> =>
    new Promise((resolve, reject) => {
      const tasks = new Map<number, Task>();
      const port = openWorkerPort(start(), {
        onMessage(message) {
          const answer = message as Answer;
          if (answer.kind === 'opened') return resolve(answer.source);
          if (answer.kind === 'refused') return reject(receiveError(answer.error));
          const task = tasks.get(answer.id);
          tasks.delete(answer.id);
          if (answer.kind === 'batch') task?.resolve(receiveBatch(answer.batch));
          else task?.reject(receiveError(answer.error));
          dispatch();
        },
        onEnd(reason, cause) {
          const error = new KdError('WORKER', `Worker ${number} of the loader ${reason}.`, { cause });
          reject(error);
          void close(error);
        },
      });
      members.push({ port, tasks });
      sendOptions(port, options);
    });

  try {
    const sources = await Promise.all(Array.from({ length: count }, (_, number) => startMember(number)));
    requireSameSource(sources);
    return {
      source: sources[0]!,
      begin(epoch, index) {
        const id = ++lastId;
        const result = new Promise<Batch>((resolve, reject) => {
          if (failure !== undefined) return reject(failure);
          queue.push({ request: { kind: 'batch', id, epoch, index }, resolve, reject });
          dispatch();
        });
        return {
          result,
          cancel() {
            queue = queue.filter(({ request }) => request.id !== id);
          },
        };
      },
      hold(wanted) {
        for (const { port } of members) port.hold(wanted);
      },
      close,
    };
  } catch (error) {
    await close(error as Error);
    throw error;
  }
}

function sendOptions(port: WorkerPort, options: unknown): void {
  try {
    port.send({ kind: 'open', options } satisfies Request);
  } catch (cause) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `The options of a loader with workers must be data that can be sent to them: ${(cause as Error).message}`,
      { cause },
    );
  }
}

function requireSameSource([first, ...others]: readonly SourceDescription[]): void {
  const sizes = ({ length, batchSize, stepsPerEpoch }: SourceDescription): string =>
    `${length} samples in ${stepsPerEpoch} batches of ${batchSize}`;
  const other = others.find((source) => sizes(source) !== sizes(first!));
  if (other === undefined) return;
  throw new KdError(
    'INVALID_ARGUMENT',
    `Workers must open the same source, but one has ${sizes(first!)} and another ${sizes(other)}.`,
  );
}
