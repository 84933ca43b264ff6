import { KdError } from 'kd-core';
import { archiveFiles } from '../../image-files/archive-files.ts';
import { browserDecoder } from '../../images/browser-decoder.ts';
import { builtInDecoder } from '../../images/built-in-decoder.ts';
import type { FilePlatform } from './open-dataset.ts';

export const browserFilePlatform: FilePlatform = {
  async openFiles(spec) {
    if (spec.kind === 'archive') return archiveFiles(spec.source, spec.options);
    throw notInBrowsers(`The ${spec.kind} '${spec.path}'`);
  },
  openDecodedFile(path) {
    throw notInBrowsers(`The file '${path}' of decoded images`);
  },
  async openDecoder(name) {
    if (name === 'sharp') throw notInBrowsers('The decoder sharp');
    return name === 'browser' ? browserDecoder() : builtInDecoder;
  },
};

function notInBrowsers(what: string): KdError {
  return new KdError('UNSUPPORTED', `${what} is there in Node only, not in a worker of a browser.`);
}
