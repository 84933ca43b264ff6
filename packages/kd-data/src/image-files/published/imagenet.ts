import { namedClasses, parseWords } from './class-words.ts';
import { type Classes, type DataPlace, dataPlace, type Sample, sortedKeys } from './data-place.ts';
import type { LayoutReader } from './layout-reader.ts';

/** Words of the thousand classes, as Kaggle and Caffe have them. */
const classFiles = ['LOC_synset_mapping.txt', 'synset_words.txt'];
/** Words of all of WordNet. */
const wordFile = 'words.txt';
const synsetLabels = 'imagenet_2012_validation_synset_labels.txt';
const kaggle = 'LOC_val_solution.csv';
const wordNetId = /^n\d{8}$/;
const validationName = /^ILSVRC2012_val_(\d{8})\.JPEG$/i;

/**
 * ImageNet with folders of WordNet IDs, below `train/` and `val/` (or `ILSVRC/Data/CLS-LOC/`, as Kaggle has it) or alone, as the
 * archive of the training images has them. Images of `val` in one folder get their classes from `LOC_val_solution.csv`
 * (Kaggle) or from a list of WordNet IDs in the order of the images, `imagenet_2012_validation_synset_labels.txt`.
 */
export const layOutImagenet: LayoutReader = async (files, { part, extensions }) => {
  const place = dataPlace(files, { markers: [kaggle, synsetLabels], extensions });
  const folder = partFolder(place, part);
  const images = place.imagesBelow(folder);
  const flat = images.every((parts) => parts.length === 1);
  const classOf = flat ? await listedClasses(place) : (parts: readonly string[]) => parts[0]!;
  const samples = images.map((parts): Sample => ({ path: folder + parts.join('/'), key: classOf(parts) }));
  const stray = samples.find(({ key }) => !wordNetId.test(key));
  if (stray !== undefined) {
    throw place.refuse(`has '${stray.path}', which lies in no folder of a WordNet ID, such as n01440764.`);
  }
  return place.layOut(await classesOf(place, samples), samples);
};

/**
 * The classes that a file lists; or else those of all folders, so that parts of which one lacks a class have the same labels.
 */
async function classesOf(place: DataPlace, samples: readonly Sample[]): Promise<Classes> {
  const classFile = classFiles.find((name) => place.has(name));
  if (classFile !== undefined) {
    const words = parseWords(await place.lines(classFile));
    return namedClasses(sortedKeys(words.keys()), words);
  }
  const words = place.has(wordFile) ? parseWords(await place.lines(wordFile)) : new Map<string, string>();
  const folders = place.paths.flatMap((path) => path.split('/').filter((part) => wordNetId.test(part)));
  return namedClasses(sortedKeys([...folders, ...samples.map(({ key }) => key)]), words);
}

/** The folder that holds the part, or the root when there is none. */
function partFolder(place: DataPlace, part: string): string {
  const pattern = new RegExp(`^(.*/)?${part}/`);
  const found = place.paths.map((path) => pattern.exec(path)?.[0]).find((each) => each !== undefined);
  return found ?? '';
}

async function listedClasses(place: DataPlace): Promise<(parts: readonly string[]) => string> {
  if (place.has(kaggle)) {
    // ImageId,PredictionString: an ID, then a class and a box, once or more.
    const rows = (await place.lines(kaggle)).map((line) => line.split(/[,\s]/));
    const classes = new Map(rows.map(([id, key]) => [id ?? '', key ?? '']));
    return ([name]) => classes.get(name!.replace(/\.[^.]*$/, '')) ?? '';
  }
  if (place.has(synsetLabels)) {
    const classes = await place.lines(synsetLabels);
    return ([name]) => classes[Number(validationName.exec(name!)?.[1] ?? 0) - 1] ?? '';
  }
  throw place.refuse(
    `has images in one folder, without classes. Put ${kaggle} or ${synsetLabels} beside the folder, or the images into folders of their WordNet IDs.`,
  );
}
