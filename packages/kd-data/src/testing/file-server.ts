import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Answer = (request: IncomingMessage, response: ServerResponse, path: string) => void;

export interface FileServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** The paths that were asked for, with the range where there was one, such as `/a.zip bytes=5-`. */
  readonly requests: string[];
}

/** A server of HTTP on this machine. */
export async function fileServer(answer: Answer): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { range } = request.headers;
    requests.push(`${request.url}${range === undefined ? '' : ` ${range}`}`);
    answer(request, response, request.url ?? '');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Answers with `bytes`, or with the rest of them where the client has the first ones by the same `etag`. */
export function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  { etag = '"1"', dropAfter }: { readonly etag?: string; readonly dropAfter?: number } = {},
): void {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const start = asked !== undefined && request.headers['if-range'] === etag ? Number(asked) : 0;
  const rest = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    etag,
    'content-length': rest.length,
    ...(start > 0 && { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
  });
  if (dropAfter === undefined || dropAfter >= rest.length) response.end(rest);
  else response.write(rest.subarray(0, dropAfter), () => setTimeout(() => response.destroy(), 20));
}
