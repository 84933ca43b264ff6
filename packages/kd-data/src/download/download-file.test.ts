import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, fileServer, sendFile } from '../testing/file-server.ts';
import { type DownloadFileOptions, downloadFile } from './download-file.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31 + (index >> 8)) % 256);
const sha256 = createHash('sha256').update(content).digest('hex');
const md5 = createHash('md5').update(content).digest('hex');

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-download-'));
  path = join(folder, 'sets', 'a.bin');
});
afterEach(() => rm(folder, { recursive: true }));

async function download(
  answer: Answer,
  { paths = ['/a.bin'], ...options }: Partial<DownloadFileOptions> & { readonly paths?: string[] } = {},
) {
  await using server = await fileServer(answer);
  const result = await downloadFile({
    urls: paths.map((each) => (each.startsWith('/') ? server.origin + each : each)),
    path,
    bytes: content.length,
    checksums: { sha256 },
    retryMilliseconds: 1,
    ...options,
  }).catch((error: Error & { code?: string }) => ({
    code: error.code,
    message: error.message.replaceAll(server.origin, '').replace(folder, ''),
  }));
  return { result, requests: server.requests };
}

const whole: Answer = (request, response) => sendFile(request, response, content);

const isComplete = async (): Promise<void> => {
  expect(new Uint8Array(await readFile(path))).toEqual(content);
  expect(await readdir(join(folder, 'sets'))).toEqual(['a.bin']);
};

describe('downloadFile', () => {
  it('fetches a file once, and tells how far it is', async () => {
    const told: [number, number | undefined][] = [];
    const onProgress = (...each: [number, number | undefined]) => told.push(each);
    expect((await download(whole, { onProgress })).result).toBe(true);
    await isComplete();
    expect(told[0]).toEqual([0, content.length]);
    expect(told.at(-1)).toEqual([content.length, content.length]);
    expect(await download(whole)).toEqual({ result: false, requests: [] });
    expect(await download(whole, { checksums: { md5 } })).toEqual({ result: false, requests: [] });
  });

  it('fetches again what is there and wrong', async () => {
    await download(whole);
    await writeFile(
      path,
      content.map((byte) => byte ^ 1),
    );
    expect((await download(whole)).result).toBe(true);
    await isComplete();
  });

  it('goes on where a connection was lost', async () => {
    const { result, requests } = await download((request, response) =>
      sendFile(request, response, content, { dropAfter: 90_000 }),
    );
    expect(result).toBe(true);
    expect(requests[0]).toBe('/a.bin');
    expect(requests[1]).toMatch(/^\/a\.bin bytes=\d+-$/);
    await isComplete();
  });

  it('goes on in a later call, and begins anew when the file is another one since', async () => {
    const controller = new AbortController();
    const drop: Answer = (request, response) => {
      sendFile(
        request,
        response,
        content.map((byte) => byte ^ 1),
        { etag: '"old"', dropAfter: 1000 },
      );
    };
    const { result } = await download(drop, {
      signal: controller.signal,
      onProgress: (done) => done > 0 && controller.abort(new Error('Ctrl-C')),
    });
    expect(result).toMatchObject({ message: 'Ctrl-C' });
    expect((await readdir(join(folder, 'sets'))).sort()).toEqual(['a.bin.part', 'a.bin.part.json']);

    // The note names a port of its own; what counts here is the ETag.
    await using server = await fileServer((request, response) =>
      sendFile(request, response, content, { etag: '"new"' }),
    );
    const note = { url: `${server.origin}/a.bin`, validator: '"old"' };
    await writeFile(`${path}.part.json`, JSON.stringify(note));
    const told: number[] = [];
    await downloadFile({
      urls: [note.url],
      path,
      checksums: { sha256 },
      onProgress: (done) => told.push(done),
    });
    expect(server.requests).toEqual(['/a.bin bytes=1000-']);
    expect(told[0]).toBe(0);
    await isComplete();
  });

  it('begins anew with a server that knows no ranges, and gives up when that brings nothing', async () => {
    let asked = 0;
    const forgetful: Answer = (_, response) => {
      response.writeHead(200, { etag: '"1"', 'content-length': content.length });
      asked += 1;
      if (asked === 3) response.end(content);
      else response.write(content.subarray(0, 5000), () => setTimeout(() => response.destroy(), 20));
    };
    expect((await download(forgetful)).result).toBe(true);
    await isComplete();
    await rm(path);
    asked = 10;
    const { result, requests } = await download(forgetful);
    expect(result).toMatchObject({ code: 'DOWNLOAD' });
    expect(requests).toHaveLength(3);
  });

  it('takes a complete part without asking again, and refuses one that is longer', async () => {
    await download(whole);
    const url = 'http://127.0.0.1:9/a.bin';
    await rm(path);
    await writeFile(`${path}.part`, content);
    await writeFile(`${path}.part.json`, JSON.stringify({ url, validator: '"1"' }));
    expect((await download(whole, { paths: [url] })).result).toBe(true);
    await isComplete();
    await rm(path);
    await using server = await fileServer(whole);
    await writeFile(`${path}.part`, new Uint8Array(content.length + 1));
    await writeFile(`${path}.part.json`, JSON.stringify({ url: `${server.origin}/a.bin`, validator: '"1"' }));
    await downloadFile({
      urls: [`${server.origin}/a.bin`],
      path,
      bytes: content.length,
      checksums: { sha256 },
    });
    expect(server.requests).toEqual(['/a.bin']);
    await isComplete();
  });

  it('begins anew when what an earlier call has left is damaged', async () => {
    await using server = await fileServer(whole);
    const url = `${server.origin}/a.bin`;
    await mkdir(join(folder, 'sets'));
    await writeFile(`${path}.part`, new Uint8Array(5000));
    await writeFile(`${path}.part.json`, JSON.stringify({ url, validator: '"1"' }));
    await downloadFile({ urls: [url], path, checksums: { md5 } });
    expect(server.requests).toEqual(['/a.bin bytes=5000-', '/a.bin']);
    await isComplete();
  });

  it('tries every place in turn, and follows redirects', async () => {
    const { result, requests } = await download(
      (request, response, asked) => {
        if (asked === '/gone') response.writeHead(404).end();
        else if (asked === '/wrong')
          sendFile(
            request,
            response,
            content.map((byte) => byte ^ 1),
          );
        else if (asked === '/moved') response.writeHead(302, { location: '/a.bin' }).end();
        else sendFile(request, response, content);
      },
      { paths: ['/gone', '/wrong', '/moved'] },
    );
    expect(result).toBe(true);
    expect(requests).toEqual(['/gone', '/wrong', '/moved', '/a.bin']);
    await isComplete();
  });

  it('says of every place why it gave nothing', async () => {
    const unused = createServer();
    await new Promise<void>((done) => unused.listen(0, '127.0.0.1', done));
    const { port } = unused.address() as { port: number };
    await new Promise((done) => unused.close(done));
    const wrong = content.map((byte) => byte ^ 1);
    const digest = createHash('sha256').update(wrong).digest('hex');
    const { result } = await download(
      (request, response, asked) => {
        if (asked === '/gone') response.writeHead(404).end();
        else if (asked === '/wrong') sendFile(request, response, wrong);
        else if (asked === '/short') sendFile(request, response, content.subarray(1));
        else if (asked === '/long') response.writeHead(200).end(Buffer.concat([content, content]));
        else if (asked === '/ends') response.writeHead(200).end(content.subarray(1));
        else if (asked === '/loop') response.writeHead(301, { location: '/loop' }).end();
        else if (asked === '/file') response.writeHead(301, { location: 'file:///etc/passwd' }).end();
        else if (asked === '/packed') response.writeHead(200, { 'content-encoding': 'br' }).end();
        else if (asked === '/slow')
          response.writeHead(200, { 'content-length': content.length }).flushHeaders();
      },
      {
        paths: [
          '/gone',
          '/wrong',
          '/short',
          '/long',
          '/ends',
          '/loop',
          '/file',
          '/packed',
          '/slow',
          `http://127.0.0.1:${port}/none`,
          'ftp://127.0.0.1/a.bin',
        ],
        idleMilliseconds: 100,
      },
    );
    expect(result).toEqual({
      code: 'DOWNLOAD',
      message: `Cannot get '/sets/a.bin' from any of its 11 places:
  /gone: answers 404 Not Found
  /wrong: sent another file: its SHA-256 is ${digest}, not ${sha256}
  /short: has 199999 bytes, not the 200000 of the file
  /long: has more than 200000 bytes, not the 200000 of the file
  /ends: ends after 199999 of 200000 bytes
  /loop: redirects more than 5 times
  /file: redirects to 'file:///etc/passwd', which is no address of the web (https: or http:)
  /packed: sends the file encoded as br, although it was asked not to
  /slow: sent nothing for 0.1 s
  http://127.0.0.1:${port}/none: connect ECONNREFUSED 127.0.0.1:${port}
  ftp://127.0.0.1/a.bin: is no address of the web (https: or http:)
Try again later, name another mirror, or bring the file from elsewhere.`,
    });
    await expect(readFile(path)).rejects.toThrow('ENOENT');
  });

  it('bounds a file of unknown size, and wants a digest', async () => {
    const { result } = await download(whole, { bytes: undefined, largestBytes: 1000 });
    expect(result).toMatchObject({
      message: expect.stringContaining('has 200000 bytes, above the 1000 allowed'),
    });
    expect((await download(whole, { checksums: {} })).result).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('names the file that cannot be written', async () => {
    await writeFile(join(folder, 'sets'), 'a file');
    expect((await download(whole)).result).toMatchObject({
      code: 'STORAGE',
      message: expect.stringContaining('/sets/a.bin'),
    });
  });
});
