import createModule from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import { type CodecModule, type CodecModuleOptions, codecOf, type OpenJpegCodec } from './codec.ts';

/** Opens an instance in a browser; the program is fetched from beside its script, as bundlers arrange it. */
export const openJpegCodec: OpenJpegCodec = async (onMessage) => {
  const create = createModule as unknown as (options: CodecModuleOptions) => Promise<CodecModule>;
  return codecOf(await create({ noInitialRun: true, printErr: onMessage }));
};
