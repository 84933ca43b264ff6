import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { type CodecModule, type CodecModuleOptions, codecOf, type OpenJpegCodec } from './codec.ts';

/** Opens an instance in Node, where `fetch` does not read files. */
export const openJpegCodec: OpenJpegCodec = async (onMessage) => {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  const create = createModule as unknown as (options: CodecModuleOptions) => Promise<CodecModule>;
  const wasmBinary = await readFile(path);
  return codecOf(await create({ noInitialRun: true, printErr: onMessage, wasmBinary }));
};
