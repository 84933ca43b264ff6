import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { type CodecModule, type CodecModuleOptions, codecOf, type OpenJpegCodec } from './codec.ts';
import { withImageData } from './with-image-data.ts';

/** Opens an instance in Node, where `fetch` does not read files and `ImageData` does not exist. */
export const openJpegCodec: OpenJpegCodec = async (onMessage) => {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const create = createModule as unknown as (options: CodecModuleOptions) => Promise<CodecModule>;
  const wasmBinary = await readFile(path);
  const codec = codecOf(
    await withImageData(() => create({ noInitialRun: true, printErr: onMessage, wasmBinary })),
  );
  return { decode: (bytes) => withImageData(() => codec.decode(bytes)) };
};
