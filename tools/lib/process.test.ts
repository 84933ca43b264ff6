import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { capture } from './process.mjs';

const folder = mkdtempSync(join(tmpdir(), 'kd-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Starts a process that runs `program` in the foreground, as the tools do. */
function startParent(program: string): ReturnType<typeof spawn> {
  const parent = join(folder, 'parent.mjs');
  const module = new URL('./process.mjs', import.meta.url).href;
  writeFileSync(
    parent,
    `import { runForeground } from '${module}';
     await runForeground(process.execPath, ['--eval', process.argv[2]]);`,
  );
  return spawn(process.execPath, [parent, program], { stdio: ['ignore', 'pipe', 'inherit'] });
}

test('the exit code of the program becomes that of the process', async () => {
  const [code] = await once(startParent('process.exit(7)'), 'close');
  expect(code).toBe(7);
});

test('a program that dies of a signal takes the process with it', async () => {
  const [code, signal] = await once(
    startParent(`process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 9e4)`),
    'close',
  );
  expect([code, signal]).toEqual([null, 'SIGTERM']);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s reaches the program, which decides how to end',
  async (signal) => {
    const parent = startParent(
      `process.on('${signal}', () => { console.log('saved'); process.exit(130); });
     setTimeout(() => {}, 9e4);
     console.log('ready');`,
    );
    let output = '';
    parent.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output === 'ready\n') parent.kill(signal);
    });
    const [code] = await once(parent, 'close');
    expect(output).toBe('ready\nsaved\n');
    expect(code).toBe(130);
  },
);

test('capture collects both streams and the exit code', async () => {
  const program = `console.log('out'); console.error('err'); process.exit(3)`;
  const { code, output } = await capture(process.execPath, ['--eval', program]);
  expect(code).toBe(3);
  expect(output.split('\n').sort()).toEqual(['', 'err', 'out']);
});
