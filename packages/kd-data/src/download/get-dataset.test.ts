import { createHash } from 'node:crypto';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DatasetEntry } from '../catalog/dataset-entry.ts';
import { findDataFiles } from '../files/find-data-files.ts';
import { fileServer, sendFile } from '../testing/file-server.ts';
import { makeTar } from '../testing/make-tar.ts';
import { archiveOf, sampleEntry } from '../testing/sample-entry.ts';
import { type GetDatasetOptions, getDataset } from './get-dataset.ts';
import { locateDataset } from './locate-dataset.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const tar = new Uint8Array(
  gzipSync(
    makeTar([
      { name: 'sample-1/train/a.bin', content: text('train') },
      { name: 'sample-1/test/b.bin', content: text('test') },
    ]),
  ),
);
const packed = (file: string, content: Uint8Array, urls: readonly string[] = []): DatasetEntry =>
  sampleEntry({
    parts: { train: ['train/'], test: ['test/'] },
    archives: [archiveOf(file, content, { packing: 'tar.gz', root: 'sample-1', urls })],
  });
const trainGz = new Uint8Array(gzipSync('train', { level: 9 }));
const files = { 'train.gz': trainGz, 'test.mat': text('test') };
const single = (origin?: string): DatasetEntry =>
  sampleEntry({
    parts: { train: ['train.gz'], test: ['test.mat'] },
    archives: Object.entries(files).map(([file, content]) =>
      archiveOf(file, content, {
        packing: 'none',
        urls: origin === undefined ? [] : [`${origin}/${file}`],
        ...(file === 'train.gz' && {
          contentSha256: createHash('sha256').update('train').digest('hex'),
        }),
      }),
    ),
  });

let parent: string;
let root: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kd-get-'));
  root = join(parent, 'data');
});
afterEach(() => rm(parent, { recursive: true }));

async function written(folder = root): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => !entry.isDirectory());
  const contents = found.map(async ({ parentPath, name }): Promise<[string, string]> => {
    const path = join(parentPath, name);
    return [path.slice(folder.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')];
  });
  return Object.fromEntries(await Promise.all(contents));
}

const get = (dataset: DatasetEntry | string, options: Partial<GetDatasetOptions> = {}) =>
  getDataset({ dataset, root, ...options });

const serving = (contents: Readonly<Record<string, Uint8Array>>) =>
  fileServer((request, response, path) => {
    const content = contents[path.slice(1)];
    if (content === undefined) response.writeHead(404).end();
    else sendFile(request, response, content);
  });

describe('getDataset', () => {
  it('fetches an archive, unpacks what it holds, and keeps it only when told to', async () => {
    await using server = await serving({ 'sample.tar.gz': tar });
    const entry = packed('sample.tar.gz', tar, [`${server.origin}/sample.tar.gz`]);
    const actions = new Set<string>();
    const got = await get(entry, { onProgress: ({ action, file }) => actions.add(`${action} ${file}`) });
    const folder = join(root, 'sample');
    expect(got).toEqual({ form: 'files', folder, parts: ['train', 'test'], wasThere: false });
    expect(await written()).toEqual({ 'sample/train/a.bin': 'train', 'sample/test/b.bin': 'test' });
    expect([...actions]).toEqual([
      'downloading sample.tar.gz',
      'checking sample.tar.gz',
      'unpacking sample.tar.gz',
    ]);
    expect(await get(entry)).toEqual({ ...got, wasThere: true });
    expect(server.requests).toHaveLength(1);

    await rm(folder, { recursive: true });
    await get(entry, { keepArchives: true });
    expect(await readdir(join(root, 'downloads'))).toEqual(['sample.tar.gz']);
    await rm(folder, { recursive: true });
    await get(entry);
    expect(server.requests).toHaveLength(2);
    expect(await readdir(root)).toEqual(['sample']);
  });

  it('asks a mirror first, and the places of the catalogue after it', async () => {
    await using server = await serving({ 'm/sample.tar.gz': tar, 'sample.tar.gz': tar });
    await get(packed('sample.tar.gz', tar), { mirror: `${server.origin}/m/` });
    await rm(root, { recursive: true });
    await get(packed('sample.tar.gz', tar, [`${server.origin}/sample.tar.gz`]), {
      mirror: `${server.origin}/none`,
    });
    expect(server.requests).toEqual(['/m/sample.tar.gz', '/none/sample.tar.gz', '/sample.tar.gz']);
    await expect(get(single(), { mirror: 'ftp://x' })).rejects.toThrow('mirror must begin with https://');
  });

  it('puts files that need no unpacking in their place, of the parts that are wanted', async () => {
    await using server = await serving(files);
    const entry = single(server.origin);
    await get(entry, { parts: ['test'] });
    expect(await written()).toEqual({ 'sample/test.mat': 'test' });
    expect(locateDataset(entry, { root })?.parts).toEqual(['test']);
    await get(entry);
    expect(server.requests).toEqual(['/test.mat', '/train.gz']);
    await expect(get(entry, { parts: ['val'] })).rejects.toThrow(
      "Sample has no part 'val'. It has 'train', 'test'.",
    );
    await expect(get(entry, { form: 'x' })).rejects.toThrow("Sample has no form 'x'. It has 'files'.");
  });

  it('unpacks an archive that comes in another one', async () => {
    const inner = new Uint8Array(gzipSync(makeTar([{ name: 'classes/ant/1.jpg', content: text('ant') }])));
    const outer = zipSync({ 'sample-1/classes.tar.gz': inner, 'sample-1/readme': text('hello') });
    const entry = sampleEntry({
      parts: { all: ['classes/'] },
      archives: [
        archiveOf('outer.zip', outer, { packing: 'zip', root: 'sample-1' }),
        archiveOf('classes.tar.gz', inner, {
          packing: 'tar.gz',
          root: 'classes',
          into: 'classes',
          within: 'outer.zip',
        }),
      ],
    });
    const expected = { 'sample/classes/ant/1.jpg': 'ant', 'sample/readme': 'hello' };
    await using server = await serving({ 'outer.zip': outer });
    await get(entry, { mirror: server.origin });
    expect(await written()).toEqual(expected);
    await rm(root, { recursive: true });
    await writeFile(join(parent, 'classes.tar.gz'), inner);
    await writeFile(join(parent, 'outer.zip'), outer);
    await get(entry, { from: parent });
    expect(await written()).toEqual(expected);
    await rm(root, { recursive: true });
    await get(entry, { from: join(parent, 'classes.tar.gz') });
    expect(await written()).toEqual({ 'sample/classes/ant/1.jpg': 'ant' });
  });

  it('lets no entry of an archive out of the folder, and leaves nothing of it', async () => {
    const evil = new Uint8Array(gzipSync(makeTar([{ name: '../../evil', content: text('!') }])));
    await mkdir(root);
    await writeFile(join(parent, 'sample.tar.gz'), evil);
    await expect(get(packed('sample.tar.gz', evil), { from: parent })).rejects.toMatchObject({
      code: 'PARSE',
    });
    expect(await written(parent)).toEqual({ 'sample.tar.gz': expect.any(String) });
  });

  it('says where data come from that nobody hands on', async () => {
    await expect(get('imagenet')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(
        /Register at https:\/\/image-net\.org.* ILSVRC2012_img_train\.tar, .* kd data get imagenet --from FOLDER/,
      ),
    });
    await expect(get('mini-imagenet')).rejects.toThrow(/No place that hands it out is known.*train\.csv/);
    expect(await get('digits')).toMatchObject({ form: 'embedded', wasThere: true });
    await expect(readdir(root)).rejects.toThrow('ENOENT');
  });

  it('leaves to packages of the operating system what they have put there', async () => {
    const folder = join(parent, 'usr');
    await mkdir(folder);
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const { forms, ...rest } = single();
    const installed = [{ folder, by: "Debian's package" }];
    const entry = { ...rest, forms: [{ ...forms[0]!, installed }] };
    expect(await get(entry)).toMatchObject({ folder, by: "Debian's package", wasThere: true });
    expect(await get(entry, { from: folder })).toMatchObject({ folder: join(root, 'sample') });
  });

  it('asks for room before anything is fetched', async () => {
    await using server = await serving(files);
    const archives = [
      archiveOf('a.mat', text('a'), { packing: 'none', bytes: 1e18, urls: [`${server.origin}/a.mat`] }),
    ];
    await expect(get(sampleEntry({ parts: { all: ['a.mat'] }, archives }))).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringContaining('1000000000000000000 are needed'),
    });
    expect(server.requests).toEqual([]);
  });
});

describe('getDataset from files on disk', () => {
  const there = async (contents: Readonly<Record<string, Uint8Array>>): Promise<string> => {
    const folder = join(parent, 'there');
    for (const [name, content] of Object.entries(contents)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  };

  it('takes archives, also under other names, and leaves them where they are', async () => {
    const from = await there({ 'renamed.bin': tar });
    await get(packed('sample.tar.gz', tar), { from: join(from, 'renamed.bin') });
    expect(await written()).toEqual({ 'sample/train/a.bin': 'train', 'sample/test/b.bin': 'test' });
    expect(await readdir(from)).toEqual(['renamed.bin']);
  });

  it('copies or links what is unpacked', async () => {
    const from = await there({ 'sample-1/train/a.bin': text('A'), 'sample-1/test/b.bin': text('B') });
    const entry = packed('sample.tar.gz', tar);
    await get(entry, { from });
    expect(await written()).toEqual({ 'sample/train/a.bin': 'A', 'sample/test/b.bin': 'B' });
    await rm(root, { recursive: true });
    await get(entry, { from, link: true });
    expect((await lstat(join(root, 'sample'))).isSymbolicLink()).toBe(true);
    expect(locateDataset(entry, { root })?.parts).toEqual(['train', 'test']);
  });

  it('takes single files, compressed otherwise or not at all', async () => {
    const from = await there({ 'train.gz': gzipSync('train', { level: 0 }), 'test.mat': files['test.mat'] });
    await get(single(), { from });
    expect(Object.keys(await written()).sort()).toEqual(['sample/test.mat', 'sample/train.gz']);
    await rm(root, { recursive: true });
    await rm(join(from, 'train.gz'));
    await writeFile(join(from, 'train'), 'train');
    await get(single(), { from, link: true });
    expect((await lstat(join(root, 'sample', 'train'))).isSymbolicLink()).toBe(true);
  });

  it('refuses other files by their names', async () => {
    const from = await there({ 'train.gz': gzipSync('tRain'), 'test.mat': files['test.mat'] });
    await expect(get(single(), { from })).rejects.toMatchObject({
      code: 'VERIFICATION',
      message: expect.stringMatching(/there.train\.gz' is not the file train\.gz that the catalogue knows/),
    });
    await expect(readdir(root)).rejects.toThrow('ENOENT');
    await expect(get(packed('sample.tar.gz', tar), { from })).rejects.toThrow(
      /there' holds nothing of Sample\. It should have the files of Sample, or its archives, sample\.tar\.gz/,
    );
    await expect(get(packed('sample.tar.gz', tar), { from: join(from, 'test.mat') })).rejects.toThrow(
      /test\.mat' is no file of Sample/,
    );
    await expect(get(single(), { from: join(parent, 'no') })).rejects.toMatchObject({ code: 'STORAGE' });
    await rm(join(from, 'train.gz'));
    await expect(get(single(), { from })).rejects.toThrow(/lacks 'train' of Sample/);
  });

  it('writes over nothing', async () => {
    const from = await there({ 'sample.tar.gz': tar });
    for (const folder of ['', 'sample-1']) {
      await mkdir(join(root, 'sample', folder), { recursive: true });
      await writeFile(join(root, 'sample', folder, 'mine'), 'mine');
    }
    await expect(get(packed('sample.tar.gz', tar), { from })).rejects.toThrow(/which holds other files/);
    await rm(join(root, 'sample', 'sample-1'), { recursive: true });
    await get(packed('sample.tar.gz', tar), { from });
    expect(Object.keys(await written()).sort()).toEqual([
      'sample/mine',
      'sample/sample-1/test/b.bin',
      'sample/sample-1/train/a.bin',
    ]);
  });
});

describe('findDataFiles', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('looks where data sets are put when it is given no folder', async () => {
    vi.stubEnv('KD_DATA', root);
    expect(() => findDataFiles({ dataset: 'svhn', part: 'test' })).toThrow(/'kd data get svhn' fetches it/);
    await mkdir(join(root, 'svhn'), { recursive: true });
    const path = join(root, 'svhn', 'test_32x32.mat');
    await writeFile(path, '');
    expect(findDataFiles({ dataset: 'svhn', part: 'test' })).toEqual([path]);
  });
});
