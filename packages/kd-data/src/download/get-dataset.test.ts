import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { datasetEntry } from '../catalog/catalog.ts';
import type { DatasetArchive, DatasetEntry } from '../catalog/dataset-entry.ts';
import { makeTar } from '../testing/make-tar.ts';
import { getDataset } from './get-dataset.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

const tar = makeTar([
  { name: 'root/train.bin', content: new Uint8Array(200_000).fill(7) },
  { name: 'root/test.bin', content: text('test') },
]);

/** What the server has, how it misbehaves, and what it was asked for. */
interface Place {
  content: Uint8Array;
  cutAfter?: number;
  ignoresRanges?: boolean;
  status?: number;
}
let places: Record<string, Place>;
let asked: string[];
let server: Server;
let origin: string;
let parent: string;
let folder: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kd-get-'));
  folder = join(parent, 'data', 'set');
  places = {};
  asked = [];
  server = createServer((request, response) => {
    const { range } = request.headers;
    asked.push(`${request.url} ${range ?? 'all'}`);
    const place = places[request.url!];
    if (place === undefined || place.status !== undefined) {
      response.writeHead(place?.status ?? 404).end();
      return;
    }
    const begin = place.ignoresRanges === true ? 0 : Number(/\d+/.exec(range ?? '')?.[0] ?? 0);
    const { content, cutAfter } = place;
    if (begin >= content.length) {
      response.writeHead(416).end();
      return;
    }
    response.writeHead(begin > 0 ? 206 : 200, {
      'content-length': content.length - begin,
      ...(begin > 0 && { 'content-range': `bytes ${begin}-${content.length - 1}/${content.length}` }),
    });
    if (cutAfter === undefined) {
      response.end(content.subarray(begin));
      return;
    }
    delete place.cutAfter;
    response.write(content.subarray(begin, begin + cutAfter), () => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(parent, { recursive: true });
});

const archiveOf = (
  content: Uint8Array,
  paths: readonly string[],
  more: Partial<DatasetArchive> = {},
): DatasetArchive => ({
  file: 'set.tar',
  urls: paths.map((path) => `${origin}${path}`),
  bytes: content.length,
  checksums: { sha256: sha256(content) },
  packing: 'tar',
  root: 'root',
  ...more,
});

const entryOf = (...archives: DatasetArchive[]): DatasetEntry => ({
  ...datasetEntry('cifar10'),
  forms: [{ name: 'binary', layout: 'Two files.', parts: {}, archives }],
});

const written = async (): Promise<string[]> =>
  (await readdir(parent, { recursive: true, withFileTypes: true }))
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name).slice(parent.length + 1))
    .sort();

describe('getDataset', () => {
  it('downloads, verifies and unpacks, and leaves nothing else behind', async () => {
    places = { '/set.tar': { content: tar } };
    const steps: string[] = [];
    await getDataset({
      entry: entryOf(archiveOf(tar, ['/set.tar'])),
      folder,
      onProgress: (step, file, done, all) => steps.push(`${step} ${file} ${done}/${all}`),
    });
    expect(await written()).toEqual(['data/set/root/test.bin', 'data/set/root/train.bin']);
    expect(steps).toContain(`download set.tar ${tar.length}/${tar.length}`);
    expect(steps.slice(-3)).toEqual([
      'verify set.tar 0/undefined',
      'unpack set.tar 1/2',
      'unpack set.tar 2/2',
    ]);
  });

  it('goes on after the server has cut it off, by mirrors too, and anew where ranges are not known', async () => {
    places = {
      '/gone.tar': { content: tar, status: 404 },
      '/set.tar': { content: tar, cutAfter: 70_000 },
    };
    await getDataset({ entry: entryOf(archiveOf(tar, ['/gone.tar', '/set.tar'])), folder });
    expect(asked[0]).toBe('/gone.tar all');
    expect(asked[1]).toBe('/set.tar all');
    expect(asked[2]).toMatch(/^\/set.tar bytes=[1-9]\d*-$/);
    expect(await written()).toHaveLength(2);
    await rm(folder, { recursive: true });
    places = { '/set.tar': { content: tar, cutAfter: 70_000, ignoresRanges: true } };
    await getDataset({ entry: entryOf(archiveOf(tar, ['/set.tar'])), folder });
    expect(await written()).toHaveLength(2);
  });

  it('goes on in a later call, and from the beginning if what is there is of another file', async () => {
    const part = join(`${folder}.download`, 'set.tar.part');
    await mkdir(`${folder}.download`, { recursive: true });
    await writeFile(part, tar.subarray(0, 1000));
    places = { '/set.tar': { content: tar } };
    await getDataset({ entry: entryOf(archiveOf(tar, ['/set.tar'])), folder });
    expect(asked).toEqual(['/set.tar bytes=1000-']);
    await rm(folder, { recursive: true });
    await mkdir(`${folder}.download`, { recursive: true });
    await writeFile(part, text('something else'));
    await getDataset({ entry: entryOf(archiveOf(tar, ['/set.tar'])), folder });
    expect(asked.slice(1)).toEqual(['/set.tar bytes=14-', '/set.tar all']);
  });

  it('refuses what was not published, and keeps none of it', async () => {
    const forged = tar.slice();
    forged[600]! ^= 1;
    places = { '/set.tar': { content: forged } };
    await expect(getDataset({ entry: entryOf(archiveOf(tar, ['/set.tar'])), folder })).rejects.toMatchObject({
      code: 'VERIFICATION',
      message: expect.stringMatching(/is not set.tar as it is published: its sha256 should be/),
    });
    places = { '/set.tar': { content: new Uint8Array(tar.length + 1) } };
    await expect(getDataset({ entry: entryOf(archiveOf(tar, ['/set.tar'])), folder })).rejects.toThrow(
      /it is larger than \d+ bytes/,
    );
    await expect(stat(folder)).rejects.toThrow(/ENOENT/);
  });

  it('says why each place gives nothing', async () => {
    places = { '/a': { content: tar, status: 503 } };
    const entry = entryOf(archiveOf(tar, ['/a', '/b']));
    await expect(getDataset({ entry, folder })).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/\/a: the server answers 503.*\n.*\/b: the server answers 404/),
    });
  });

  it('can be ended, and keeps what is there', async () => {
    places = { '/set.tar': { content: tar } };
    const entry = entryOf(archiveOf(tar, ['/set.tar']));
    const abort = new AbortController();
    const onProgress = () => abort.abort();
    await expect(getDataset({ entry, folder, onProgress, signal: abort.signal })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
    expect(await written()).toEqual(['data/set.download/set.tar.part']);
  });

  it('takes an archive that is on disk, or a folder of files, and leaves them', async () => {
    const store = join(parent, 'store');
    await mkdir(store);
    await writeFile(join(store, 'set.tar'), tar);
    await getDataset({ entry: entryOf(archiveOf(tar, [])), folder, from: join(store, 'set.tar') });
    expect(await written()).toEqual(['data/set/root/test.bin', 'data/set/root/train.bin', 'store/set.tar']);
    await rm(folder, { recursive: true });

    const packed = new Uint8Array(gzipSync(text('images'), { level: 1 }));
    const plain = { packing: 'none' as const };
    const files = [
      archiveOf(text('labels'), [], { ...plain, file: 'labels' }),
      // As compressed by somebody else.
      archiveOf(text('other bytes'), [], {
        ...plain,
        file: 'images.gz',
        contentSha256: sha256(text('images')),
      }),
    ];
    await writeFile(join(store, 'labels'), 'labels');
    await expect(getDataset({ entry: entryOf(...files), folder, from: store })).rejects.toThrow(
      /'images.gz' is missing beside 'labels'/,
    );
    await writeFile(join(store, 'images.gz'), packed);
    await getDataset({ entry: entryOf(...files), folder, from: store });
    expect(await readdir(folder)).toEqual(['images.gz', 'labels']);
    expect(await readFile(join(store, 'labels'), 'utf8')).toBe('labels');
  });

  it('unpacks an archive that lies in another one', async () => {
    const inner = new Uint8Array(gzipSync(makeTar([{ name: 'cats/1.jpg', content: text('cat') }])));
    const outer = zipSync({ 'root/inner.tar.gz': inner, 'root/readme.txt': text('hello') });
    places = { '/outer.zip': { content: outer } };
    const entry = entryOf(
      archiveOf(outer, ['/outer.zip'], { file: 'outer.zip', packing: 'zip' }),
      archiveOf(inner, [], { file: 'inner.tar.gz', packing: 'tar.gz' }),
    );
    await getDataset({ entry, folder });
    expect(await written()).toEqual(['data/set/inner-unpacked/cats/1.jpg', 'data/set/root/readme.txt']);
  });

  it('refuses folders that hold something, other forms, other files, and what is handed out on request', async () => {
    const entry = entryOf(archiveOf(tar, []));
    await expect(getDataset({ entry, folder, form: 'python' })).rejects.toThrow(
      "CIFAR-10 has the forms 'binary', not 'python'",
    );
    await expect(getDataset({ entry, folder, from: join(parent, 'x') })).rejects.toThrow(/it is not there/);
    await expect(getDataset({ entry, folder, from: parent })).rejects.toThrow(/holds none of 'set.tar'/);
    await expect(getDataset({ entry: datasetEntry('imagenet'), folder })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/Register at .*train\/WNID/),
    });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mine'), '');
    await expect(getDataset({ entry, folder })).rejects.toThrow(/holds 'mine' and is not written over/);
  });
});
