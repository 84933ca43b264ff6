import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { root } from '../lib/workspace.mjs';

const output = mkdtempSync(join(tmpdir(), 'kd-start-'));
afterAll(() => rmSync(output, { recursive: true }));

/**
 * What `command` prints, typed in the repository. With `interruptWhen`, Ctrl-C is pressed as a terminal does it, for
 * the whole group of processes, as soon as the output holds that text.
 */
function typed(command: string, interruptWhen?: string): Promise<string> {
  const child = spawn('sh', ['-c', `exec ${command}`], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  let pressed = false;
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
    if (pressed || interruptWhen === undefined || !text.includes(interruptWhen)) return;
    pressed = true;
    process.kill(-child.pid!, 'SIGINT');
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}

test('npm start prints commands that can be typed: to continue, to do it again, and in its help', async () => {
  const command = `npm start -- --quick --seeds 1 --output ${output}`;
  const stopped = await typed(command, 'student alone');
  expect(stopped).toContain(`Continue with:\n  ${command} --resume\n`);
  expect(await typed(`${command} --resume`)).toContain('Report: ');
  expect(JSON.parse(readFileSync(join(output, 'metrics.json'), 'utf8'))).toMatchObject({
    reproduce: command,
  });

  const help = await typed('npm start -- --help');
  expect(help).toContain('\n  npm start -- [options]\n');
  expect(help).toContain('\n  npm start -- --quick\n');
});
