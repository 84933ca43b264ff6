import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { foldIn, type PrngKey, randomUniform } from 'kd-core';

/** What the killed program tells; its steps are updates made. */
export type Report =
  | { readonly type: 'started' | 'step' | 'checkpoint'; readonly step: number }
  | { readonly type: 'writing' }
  | { readonly type: 'warning'; readonly message: string }
  | { readonly type: 'done'; readonly hash: string };

export interface KilledProgram {
  /** A bundle of `killed-training.ts`. */
  readonly file: string;
  readonly backend: 'tfjs-cpu' | 'ort-cpu';
  /** Steps of a run. */
  readonly steps: number;
  /** Steps between two checkpoints. */
  readonly every: number;
  /** Milliseconds from its start to its first step, about. */
  readonly startUp: number;
}

/** What kills did to a run. */
export interface Campaign {
  readonly kills: number;
  /** Kills by their moment, as they came out. */
  readonly moments: Readonly<Record<'starting' | 'stepping' | 'writing', number>>;
  /** Of each finished run. */
  readonly hashes: readonly string[];
  /** What must not be: sentences. */
  readonly faults: readonly string[];
}

/** When a process is killed: so many milliseconds after the `count`-th report of `after`, or after its start. */
interface Moment {
  readonly after: 'spawn' | 'step' | 'writing';
  readonly count: number;
  readonly delay: number;
}

/** The hash of a run that nobody disturbs. */
export async function undisturbed(program: KilledProgram): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kd-undisturbed-'));
  try {
    const { hash, faults } = await live(program, folder, undefined);
    if (hash === undefined) throw new Error(`The undisturbed run has not finished. ${faults.join(' ')}`);
    return hash;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Kills runs with SIGKILL `kills` times at moments that `key` draws, resumes each time, and lets the last run finish. */
export async function killAtRandom(program: KilledProgram, kills: number, key: PrngKey): Promise<Campaign> {
  const moments = { starting: 0, stepping: 0, writing: 0 };
  const hashes: string[] = [];
  const faults: string[] = [];
  let made = 0;
  let lives = 0;
  while (made < kills) {
    const folder = await mkdtemp(join(tmpdir(), 'kd-killed-'));
    let known = { step: 0, safe: 0 };
    for (let hash: string | undefined; hash === undefined; lives++) {
      const moment = made < kills ? drawMoment(foldIn(key, lives), program) : undefined;
      const life = await live(program, folder, moment);
      hash = life.hash;
      if (life.started !== undefined) {
        const lost = known.step - life.started;
        if (life.started < known.safe) {
          faults.push(`Checkpoint ${known.safe} was safe, but the run went on from ${life.started}.`);
        }
        // One interval, and what is done while the checkpoint at its end is written, at most until the next one is due.
        if (lost > 2 * program.every) faults.push(`${lost} steps were lost before ${known.step}.`);
        known = { step: life.started, safe: life.started };
      }
      known = { step: Math.max(known.step, life.step), safe: Math.max(known.safe, life.safe) };
      faults.push(...life.faults);
      if (life.isKilled) {
        made += 1;
        moments[life.isWriting ? 'writing' : life.step === 0 ? 'starting' : 'stepping'] += 1;
      } else if (hash === undefined) {
        faults.push('The program ended by itself before the run did.');
        break;
      }
      if (hash !== undefined) hashes.push(hash);
    }
    await rm(folder, { recursive: true });
    if (faults.length > 0) break;
  }
  return { kills: made, moments, hashes, faults };
}

/** While it starts, some time after a step, some time after a write has begun. */
function drawMoment(key: PrngKey, { every, startUp }: KilledProgram): Moment {
  const [kind, count, delay] = randomUniform(key, [3]).data as unknown as [number, number, number];
  if (kind < 0.2) return { after: 'spawn', count: 1, delay: delay * startUp * 1.2 };
  // Delays grow from microseconds to tens of milliseconds.
  const after = { delay: 40 * delay ** 4 };
  if (kind < 0.6) return { ...after, after: 'step', count: 1 + Math.floor(count * 4 * every) };
  // Two files a checkpoint.
  return { ...after, after: 'writing', count: 1 + Math.floor(count * 6) };
}

interface Life {
  readonly isKilled: boolean;
  /** Whether it died between the beginning of a write and the news that the checkpoint is safe. */
  readonly isWriting: boolean;
  /** Where it went on; `undefined` when it did not come so far. */
  readonly started: number | undefined;
  /** The last step that it made, 0 for none. */
  readonly step: number;
  /** The last checkpoint that it called safe, 0 for none. */
  readonly safe: number;
  readonly hash: string | undefined;
  readonly faults: readonly string[];
}

/** One process from its start to its end. */
async function live(
  { file, backend, steps, every }: KilledProgram,
  folder: string,
  moment: Moment | undefined,
): Promise<Life> {
  const child = spawn(process.execPath, [file, backend, folder, String(steps), String(every)]);
  const faults: string[] = [];
  let life = { started: undefined as number | undefined, step: 0, safe: 0, isWriting: false };
  let hash: string | undefined;
  let left = moment?.count ?? 0;
  const seen = (what: Moment['after']): void => {
    if (moment?.after !== what) return;
    left -= 1;
    if (left === 0) killAfter(child, moment.delay);
  };
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  seen('spawn');
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const report = JSON.parse(line) as Report;
    if (report.type === 'started') life = { ...life, started: report.step };
    if (report.type === 'step') life = { ...life, step: report.step };
    if (report.type === 'checkpoint') life = { ...life, safe: report.step, isWriting: false };
    if (report.type === 'writing') life = { ...life, isWriting: true };
    if (report.type === 'warning') faults.push(`It warned: ${report.message}`);
    if (report.type === 'done') hash = report.hash;
    if (report.type === 'step' || report.type === 'writing') seen(report.type);
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...end) => resolve(end));
  });
  if (code !== 0 && signal !== 'SIGKILL') faults.push(`It ended with ${code ?? signal}: ${errors}`);
  return { ...life, isKilled: signal === 'SIGKILL', hash, faults };
}

/** Timers count in milliseconds, and a write takes less. */
function killAfter(child: ChildProcess, delay: number): void {
  const kill = (): void => void child.kill('SIGKILL');
  if (delay > 2) {
    setTimeout(kill, delay);
    return;
  }
  const end = performance.now() + delay;
  while (performance.now() < end);
  kill();
}
