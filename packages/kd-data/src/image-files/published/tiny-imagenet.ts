import { namedClasses, parseWords } from './class-words.ts';
import { type DataPlace, dataPlace, type Sample, sortedKeys } from './data-place.ts';
import type { LayoutReader } from './layout-reader.ts';

const annotations = 'val/val_annotations.txt';

/** Tiny ImageNet as it is published, or with the images of `val` in folders of their classes, as many scripts arrange them. */
export const layOutTinyImagenet: LayoutReader = async (files, { part, extensions }) => {
  const place = dataPlace(files, { markers: ['wnids.txt'], extensions });
  if (!place.has('wnids.txt')) {
    throw place.refuse('is not Tiny ImageNet: it has no wnids.txt, the list of classes.');
  }
  const keys = sortedKeys(await place.lines('wnids.txt'));
  const words = place.has('words.txt')
    ? parseWords(await place.lines('words.txt'))
    : new Map<string, string>();
  const samples =
    part === 'val' && place.has(annotations) ? await annotated(place) : inFolders(place, `${part}/`);
  return place.layOut(namedClasses(keys, words), samples);
};

async function annotated(place: DataPlace): Promise<readonly Sample[]> {
  const lines = await place.lines(annotations);
  return lines.map((line, index) => {
    const [name, key] = line.split('\t');
    if (name === undefined || key === undefined) {
      throw place.refuse(`has no file and class in line ${index + 1} of ${annotations}.`);
    }
    const path = `val/images/${name}`;
    if (!place.has(path)) throw place.refuse(`has no ${path}, which ${annotations} lists.`);
    return { path, key };
  });
}

function inFolders(place: DataPlace, folder: string): readonly Sample[] {
  return place
    .imagesBelow(folder)
    .map((parts) => ({ path: folder + parts.join('/'), key: parts.length === 1 ? '' : parts[0]! }));
}
