import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DemoCheckpoints, type DemoIdentity, demoCheckpoints } from './demo-checkpoints.ts';
import { demoSettings, quickSettings } from './settings.ts';

const identity: DemoIdentity = { quick: false, seeds: 5, split: 'test', settings: demoSettings };

let output: string;
let checkpoints: DemoCheckpoints;
beforeEach(async () => {
  output = await mkdtemp(join(tmpdir(), 'kd-demo-'));
  checkpoints = demoCheckpoints(output);
});

describe('demoCheckpoints', () => {
  it('continues only what was begun, until it is removed', async () => {
    const missing = { code: 'CHECKPOINT', message: expect.stringContaining('Start one without --resume') };
    await expect(checkpoints.requireSame(identity)).rejects.toMatchObject(missing);
    await checkpoints.begin(identity);
    await expect(checkpoints.requireSame(identity)).resolves.toBeUndefined();
    await checkpoints.remove();
    await expect(checkpoints.requireSame(identity)).rejects.toMatchObject(missing);
    expect(await readdir(output)).toEqual([]);
  });

  it('removes what another demonstration left, and nothing beside it', async () => {
    expect(await checkpoints.begin(identity)).toBe(false);
    const storage = checkpoints.of('teacher', 1);
    await storage.write('checkpoint', new Uint8Array(1));
    await mkdir(join(output, 'checkpoints'));
    await writeFile(join(output, 'checkpoints', 'mine'), '');
    expect(await checkpoints.begin(identity)).toBe(true);
    expect(await storage.list()).toEqual([]);
    expect(await readdir(join(output, 'checkpoints'))).toEqual(['mine']);
  });

  it('says so when the file that tells what was begun is damaged', async () => {
    await checkpoints.begin(identity);
    await writeFile(join(output, 'demo-checkpoints', 'demo.json'), '{');
    await expect(checkpoints.requireSame(identity)).rejects.toMatchObject({
      code: 'CHECKPOINT',
      message: expect.stringMatching(/demo\.json is damaged\. Start anew without --resume\.$/),
    });
  });

  it.each<[Partial<DemoIdentity>, string[]]>([
    [{ seeds: 2 }, ['seeds: 5 in the checkpoint, 2 now']],
    [
      { quick: true, settings: quickSettings, split: 'validation' },
      ['quick: false in the checkpoint, true now', 'split: "test" in the checkpoint, "validation" now'],
    ],
    [
      { settings: { ...demoSettings, batchSize: 7 } },
      [`settings/batchSize: ${demoSettings.batchSize} in the checkpoint, 7 now`],
    ],
  ])('names what differs: %j', async (change, differences) => {
    await checkpoints.begin(identity);
    const refused = checkpoints.requireSame({ ...identity, ...change });
    await expect(refused).rejects.toMatchObject({ code: 'CHECKPOINT', details: { differences } });
    await expect(refused).rejects.toThrow(differences.join('; '));
  });
});
