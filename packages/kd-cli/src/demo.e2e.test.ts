import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunReport } from './report/report-data.ts';
import { finished, interruptAt, kd, requireBuilt, stepsOf, type } from './testing/program.ts';

const quick = ['demo', '--quick', '--seeds', '1', '--threads', '1', '--output', 'my out'];

/** A report but for what differs from one run to the next: times, and the note that a run was continued. */
async function comparable(output: string): Promise<object> {
  const report = JSON.parse(await readFile(join(output, 'metrics.json'), 'utf8')) as RunReport;
  const networks = report.networks.map(({ latency: _, ...network }) => network);
  const notes = report.notes.filter((note) => !note.includes('continued from a checkpoint'));
  return { ...report, networks, notes, wallSeconds: 0, createdAt: '' };
}

async function emptyFolder(): Promise<{ folder: string; output: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'kd demo '));
  return { folder, output: join(folder, 'my out') };
}

beforeAll(requireBuilt);

describe('kd demo', () => {
  it('is interrupted and continued without a trace in the networks and the report', async () => {
    const untouched = await emptyFolder();
    const reference = finished(kd(untouched.folder, ...quick));

    const { folder, output } = await emptyFolder();
    const first = await interruptAt(kd(folder, ...quick), output, 'teacher, seed 1', 10);
    expect(first).toMatch(/ demo --quick --seeds 1 --threads 1 --output 'my out' --resume$/);
    const second = await interruptAt(type(folder, first), output, 'distilled, seed 1', 20);
    expect(second).toBe(first);
    const { code, stdout, stderr } = await finished(type(folder, second));
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(stdout).toContain('continued from a checkpoint');

    expect((await reference).code).toBe(0);
    expect(await comparable(output)).toEqual(await comparable(untouched.output));
    for (const file of ['student.safetensors', 'student.onnx']) {
      const bytes = await readFile(join(output, file));
      expect(bytes.equals(await readFile(join(untouched.output, file)))).toBe(true);
    }
    // Nothing is trained twice, and a demonstration that has finished leaves no checkpoints.
    for (const network of ['teacher, seed 1', 'alone, seed 1', 'distilled, seed 1']) {
      const steps = await stepsOf(output, network);
      expect(steps).toEqual(steps.map((_, index) => index));
      expect(steps.length).toBeGreaterThan(20);
    }
    expect((await readdir(output)).sort()).toEqual((await readdir(untouched.output)).sort());
    expect(await readdir(output)).not.toContain('demo-checkpoints');

    const nothing = await finished(type(folder, second));
    expect(nothing.code).toBe(1);
    expect(nothing.stderr).toContain('There is no interrupted demonstration to resume');
  });

  it('refuses to continue another demonstration, and starts afresh without --resume', async () => {
    const { folder, output } = await emptyFolder();
    await interruptAt(kd(folder, ...quick), output, 'teacher, seed 1', 1);
    const other = await finished(kd(folder, 'demo', '--seeds', '2', '--output', 'my out', '--resume'));
    expect(other.code).toBe(1);
    expect(other.stderr).toContain(
      'quick: true in the checkpoint, false now; seeds: 1 in the checkpoint, 2 now',
    );
    expect(existsSync(join(output, 'demo-checkpoints'))).toBe(true);

    const child = kd(folder, ...quick);
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    await interruptAt(child, output, 'alone, seed 1', 1);
    expect(stderr.match(/Starting afresh/g)).toHaveLength(1);
    expect((await stepsOf(output, 'teacher, seed 1'))[0]).toBe(0);
  });
});
