import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeStorage } from 'kd-train/node';
import type { Host } from '../cli/host.ts';
import type { Interrupt } from '../pipeline/interrupt.ts';
import { clock, percent } from '../text/format-number.ts';
import { type Comparison, type Entry, studentId } from './comparison.ts';
import type { Job, JobAnswer, JobResult } from './job.ts';
import { jobStore } from './job-store.ts';
import { inParallel } from './pool.ts';

export interface ComparisonOptions {
  readonly host: Host;
  readonly comparison: Comparison;
  readonly seeds: readonly number[];
  readonly split: Job['split'];
  /** Processes at a time, one thread each. */
  readonly jobs: number;
  readonly backend: string;
  /** The folder of teachers and of finished jobs. */
  readonly work: string;
  /** Do again what is finished. */
  readonly overwrite: boolean;
  readonly interrupt: Interrupt;
  readonly run: (job: Job, options: { readonly signal: AbortSignal }) => Promise<JobAnswer>;
}

export interface ComparisonResults {
  /** By id. */
  readonly teachers: ReadonlyMap<string, JobAnswer>;
  /** One answer a seed, in their order. */
  readonly entries: readonly { readonly entry: Entry; readonly answers: readonly JobAnswer[] }[];
}

interface Task {
  readonly id: string;
  readonly label: string;
  readonly job: Job;
}

const threads = 1;

/**
 * Trains what is not trained yet, the teachers first. What has finished stays in the folder `work`, also when others fail;
 * failures are tried again the next time. Throws `INTERRUPTED` after Ctrl-C.
 */
export async function runComparison(options: ComparisonOptions): Promise<ComparisonResults> {
  const { comparison, seeds, split, work, backend } = options;
  const weightsOf = (id: string): string => join(work, 'teachers', `${id}.safetensors`);
  await mkdir(join(work, 'teachers'), { recursive: true });

  const teacherTasks = [...comparison.teachers].map(
    ([id, config]): Task => ({
      id,
      label: 'teacher',
      job: { kind: 'teacher', config, split, backend, threads, weights: weightsOf(id) },
    }),
  );
  const teachers = await runTasks(options, teacherTasks);

  const planned = await Promise.all(
    comparison.entries.map(async (entry) => ({
      entry,
      tasks: await Promise.all(
        seeds.map(async (seed): Promise<Task> => {
          const { training: _, ...file } = entry.config.teacher;
          const teacher =
            entry.teacher === undefined
              ? entry.config.teacher
              : { ...file, weights: weightsOf(entry.teacher) };
          return {
            id: `${await studentId(entry, seed)}${split === 'test' ? '' : `-${split}`}`,
            label: `${entry.name}, seed ${seed}`,
            job: { kind: 'student', config: { ...entry.config, seed, teacher }, split, backend, threads },
          };
        }),
      ),
    })),
  );
  const failedTeacher = ({ teacher }: Entry): JobAnswer | undefined => {
    const answer = teacher === undefined ? undefined : teachers.get(teacher);
    return answer !== undefined && 'error' in answer
      ? { error: `Its teacher cannot be trained: ${answer.error}` }
      : undefined;
  };
  const students = await runTasks(
    options,
    // Seed by seed, so that what else the machine does meets all entries alike.
    seeds.flatMap((_, index) =>
      planned.flatMap(({ entry, tasks }) => (failedTeacher(entry) === undefined ? [tasks[index]!] : [])),
    ),
  );
  return {
    teachers,
    entries: planned.map(({ entry, tasks }) => ({
      entry,
      answers: tasks.map(({ id }) => failedTeacher(entry) ?? students.get(id)!),
    })),
  };
}

/** The answers by id; equal tasks are run once. */
async function runTasks(
  { host, jobs, work, overwrite, interrupt, run }: ComparisonOptions,
  tasks: readonly Task[],
): Promise<Map<string, JobAnswer>> {
  const store = jobStore(nodeStorage(join(work, 'jobs')));
  const answers = new Map<string, JobAnswer>();
  const open = new Map<string, Task>();
  for (const task of tasks) {
    const known = overwrite ? undefined : await store.read(task.id);
    if (known !== undefined && (await exists(task.job.weights))) answers.set(task.id, { result: known });
    else if (!open.has(task.id)) open.set(task.id, task);
  }
  const started = host.now();
  let done = 0;
  await inParallel([...open.values()], jobs, async ({ id, label, job }) => {
    interrupt.throwIfAborted();
    const answer = await run(job, { signal: interrupt.signal });
    interrupt.throwIfAborted();
    if ('result' in answer) await store.write(id, answer.result);
    answers.set(id, answer);
    done += 1;
    const left = ((host.now() - started) / 1000 / done) * (open.size - done);
    host.stderr.write(`[${done}/${open.size}] ${label}: ${outcome(answer)}, ${clock(left)} left\n`);
  });
  return answers;
}

function outcome(answer: JobAnswer): string {
  if ('error' in answer) return `failed: ${firstLine(answer.error)}`;
  const { metrics, seconds } = answer.result satisfies JobResult;
  return `${percent(metrics.top1, 2)} % in ${seconds.toFixed(1)} s`;
}

/** The first line of a message, or the first two where the one only announces the other. */
export function firstLine(message: string): string {
  const [first = '', second = ''] = message.split('\n');
  return first.endsWith(':') ? `${first} ${second.trim()}`.trim() : first;
}

async function exists(path: string | undefined): Promise<boolean> {
  return (
    path === undefined ||
    stat(path).then(
      () => true,
      () => false,
    )
  );
}
