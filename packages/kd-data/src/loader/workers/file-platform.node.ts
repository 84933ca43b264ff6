import { openDecodedFile } from '../../decoded-file/open-decoded-file.ts';
import { archiveFiles } from '../../image-files/archive-files.ts';
import { knownFolderFiles } from '../../image-files/folder-files.ts';
import { openImageFiles } from '../../image-files/open-image-files.ts';
import { browserDecoder } from '../../images/browser-decoder.ts';
import { builtInDecoder } from '../../images/built-in-decoder.ts';
import { sharpDecoder } from '../../images/sharp-decoder.ts';
import type { FilePlatform } from './open-dataset.ts';

export const nodeFilePlatform: FilePlatform = {
  async openFiles(spec) {
    switch (spec.kind) {
      case 'folder':
        return knownFolderFiles(spec.path);
      case 'archive':
        return archiveFiles(spec.source, spec.options);
      case 'archive file':
        return openImageFiles(spec.path);
    }
  },
  openDecodedFile,
  async openDecoder(name) {
    if (name === 'sharp') return sharpDecoder();
    return name === 'browser' ? browserDecoder() : builtInDecoder;
  },
};
