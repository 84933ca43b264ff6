import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { DatasetEntry } from 'kd-data';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandDefinition } from '../cli/command.ts';
import { commands } from '../cli/commands.ts';
import { runCli } from '../cli/run-cli.ts';
import { type FakeHost, fakeHost } from '../testing/fake-host.ts';
import { dataCommandOf } from './data.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const archive = zipSync({ 'sample-1/train/a.bin': text('train'), 'sample-1/test/b.bin': text('test') });

const entryOf = (urls: readonly string[]): DatasetEntry => ({
  name: 'sample',
  title: 'Sample',
  homepage: 'https://sample.test',
  classes: 2,
  inputShape: [8, 8, 1],
  splits: { train: 1500, test: 500 },
  forms: [
    {
      name: 'files',
      layout: 'Two files.',
      parts: { train: ['train/'], test: ['test/'] },
      archives: [
        {
          file: 'sample.zip',
          urls,
          bytes: archive.length,
          checksums: { sha256: createHash('sha256').update(archive).digest('hex') },
          packing: 'zip',
          root: 'sample-1',
        },
      ],
    },
  ],
  licence: 'CC0',
  attribution: 'Nobody',
  citation: 'Nobody',
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-data-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs `kd data` with a catalogue of one data set. */
async function kd(
  words: readonly string[],
  { urls = [], host = fakeHost({ cwd: folder }) }: { urls?: readonly string[]; host?: FakeHost } = {},
) {
  const definition: CommandDefinition = {
    ...commands.find(({ name }) => name === 'data')!,
    load: async () => dataCommandOf([entryOf(urls)]),
  };
  const code = await runCli(['data', ...words], host, [definition]);
  return { code, out: host.out(), err: host.err() };
}

/** Answers `/sample.zip`, and 404 for all else; `hold` keeps back the second half until the client goes away. */
async function server({ hold = () => false }: { hold?: () => boolean } = {}) {
  const requests: string[] = [];
  const listening = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    if (request.url !== '/sample.zip') {
      response.writeHead(404).end();
      return;
    }
    const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
    response.writeHead(start > 0 ? 206 : 200, {
      etag: '"1"',
      'content-length': archive.length - start,
      ...(start > 0 && { 'content-range': `bytes ${start}-${archive.length - 1}/${archive.length}` }),
    });
    if (hold()) response.write(archive.subarray(0, 100));
    else response.end(archive.subarray(start));
  });
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections();
      await new Promise((done) => listening.close(done));
    },
  };
}

describe('kd data get', () => {
  it('fetches, shows how far it is, and says how to go on', async () => {
    await using place = await server();
    const urls = [`${place.origin}/gone.zip`, `${place.origin}/sample.zip`];
    const { code, out, err } = await kd(['get', 'sample'], { urls });
    expect(err).toContain(`downloading sample.zip  ${archive.length} B of ${archive.length} B`);
    expect(err).toContain('unpacking sample.zip  2 files of 2 files');
    expect(out).toBe(
      'Sample is in data/sample (train, test).\nIn a configuration: "dataset": { "name": "sample" }\nLicence: CC0\nAttribution: Nobody\n',
    );
    expect(code).toBe(0);
    expect(await readFile(join(folder, 'data', 'sample', 'train', 'a.bin'), 'utf8')).toBe('train');
    expect((await kd(['get', 'sample'])).out).toContain('Sample is already in data/sample');
    expect(place.requests).toEqual(['/gone.zip', '/sample.zip']);
  });

  it('keeps what has come at Ctrl-C, and goes on with it', async () => {
    const host = fakeHost({ cwd: folder, env: { KD_DATA: 'sets' } });
    let isHeld = true;
    await using place = await server({ hold: () => isHeld });
    const urls = [`${place.origin}/sample.zip`];
    const first = kd(['get', 'sample'], { urls, host });
    const part = join(folder, 'sets', 'downloads', 'sample.zip.part');
    await expect.poll(async () => (await readFile(part).catch(() => '')).length).toBe(100);
    host.interrupt();
    const { code, err } = await first;
    expect(code).toBe(130);
    expect(err).toContain('The state is saved in sets. Continue with:\n  kd data get sample');
    isHeld = false;
    const again = await kd(['get', 'sample'], {
      urls,
      host: fakeHost({ cwd: folder, env: { KD_DATA: 'sets' } }),
    });
    expect(again.code).toBe(0);
    expect(place.requests).toEqual(['/sample.zip', '/sample.zip bytes=100-']);
    expect(await readdir(join(folder, 'sets'))).toEqual(['sample']);
  });

  it('takes files on disk, into another folder', async () => {
    await writeFile(join(folder, 'a.zip'), archive);
    const { code, out } = await kd(['get', 'sample', '--from', 'a.zip', '--to', 'elsewhere']);
    expect(code).toBe(0);
    expect(out).toContain(
      'Sample is in elsewhere/sample (train, test).\nIn a configuration, name this folder',
    );
  });

  it('tells every reason when no place gives it', async () => {
    await using place = await server();
    const { code, err } = await kd(['get', 'sample', '--mirror', `${place.origin}/m`]);
    expect(code).toBe(1);
    expect(err).toContain(`  ${place.origin}/m/sample.zip: answers 404 Not Found`);
    expect(err).toContain('It is taken from there by\n  kd data get sample --from PATH');
  });

  it.each<[string[], string]>([
    [['fetch'], "kd data does 'list' or 'get', not 'fetch'."],
    [['get'], 'kd data get needs the name of a data set. kd data list has them.'],
    [['get', 'smple'], "There is no data set 'smple'. Did you mean 'sample'? kd data list has them."],
    [['get', 'sample', '--link'], '--link links to the files of --from: give both.'],
    [['get', 'sample', '--json'], '--json is for kd data list.'],
    [
      ['get', 'sample', '--from', 'a', '--mirror', 'b'],
      '--from takes files on disk and --mirror fetches them',
    ],
    [['list', 'sample'], "kd data list takes no name, got 'sample'."],
    [['list', '--keep-archives'], '--keep-archives is for kd data get.'],
  ])('%j is refused', async (words, message) => {
    const { code, err } = await kd(words);
    expect(err).toContain(message);
    expect(code).toBe(2);
  });
});

describe('kd data list', () => {
  it('shows what there is and what is here', async () => {
    const urls = ['https://sample.test/sample.zip'];
    expect((await kd(['list'], { urls })).out).toMatch(
      new RegExp(
        `^name +here +classes +samples +image +download\nsample +no +2 +2.00 k +8x8x1 +${archive.length} B\n`,
      ),
    );
    await mkdir(join(folder, 'data', 'sample', 'train'), { recursive: true });
    expect((await kd(['list'], { urls })).out).toMatch(/\nsample +data\/sample \(train\) +2 /);
    const { out } = await kd(['list', '--json']);
    expect(JSON.parse(out)).toMatchObject([
      {
        name: 'sample',
        splits: { train: 1500, test: 500 },
        availability: 'request',
        downloadBytes: archive.length,
        here: { parts: ['train'] },
        licence: 'CC0',
      },
    ]);
  });

  it('knows the data sets of kd-data', async () => {
    const host = fakeHost({ cwd: folder });
    expect(await runCli(['data', 'list'], host)).toBe(0);
    expect(host.out()).toMatch(/\ncifar10 +no +10 +60.0 k +32x32x3 +170 MB\n/);
    expect(host.out()).toMatch(/\nimagenet +no +1000 +1.33 M +many +on request\n/);
    expect(host.out()).toMatch(/\ndigits +yes +10 +1.80 k +8x8x1 +none\n/);
  });
});
