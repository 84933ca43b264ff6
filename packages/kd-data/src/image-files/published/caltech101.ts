import { foldIn, prngKey, randomPermutation } from 'kd-core';
import { type DataPlace, dataPlace, type Sample, sortedKeys } from './data-place.ts';
import type { LayoutReader } from './layout-reader.ts';

const root = '101_ObjectCategories/';
const background = 'BACKGROUND_Google';

/**
 * Caltech-101: folders of classes, without that of background images. Its parts are `all`; and `train` and `test`, of which lists
 * of paths `train.txt` and `test.txt` beside the folder tell, or else a draw: `perClass` images of each class to train on, the
 * others to test.
 */
export const layOutCaltech101: LayoutReader = async (files, { part, extensions, perClass, seed }) => {
  const place = dataPlace(files, { markers: [root], extensions });
  const folder = place.paths.some((path) => path.startsWith(root)) ? root : '';
  const samples = place
    .imagesBelow(folder)
    .filter((parts) => parts.length > 1 && parts[0] !== background)
    .map((parts): Sample => ({ path: folder + parts.join('/'), key: parts[0]! }));
  const keys = sortedKeys(samples.map(({ key }) => key));
  const list = `${part}.txt`;
  const chosen =
    part === 'all'
      ? samples
      : place.has(list)
        ? await listed(place, list, folder, samples)
        : drawn(place, { keys, samples, part, perClass, seed });
  return place.layOut({ keys, names: keys }, chosen);
};

async function listed(
  place: DataPlace,
  list: string,
  folder: string,
  samples: readonly Sample[],
): Promise<readonly Sample[]> {
  const byPath = new Map(samples.map((sample) => [sample.path, sample]));
  return (await place.lines(list)).map((line) => {
    const path = line.split(/\s/)[0]!;
    const sample = byPath.get(path) ?? byPath.get(folder + path);
    if (sample === undefined) throw place.refuse(`has no image '${path}', which ${list} lists.`);
    return sample;
  });
}

function drawn(
  place: DataPlace,
  {
    keys,
    samples,
    part,
    perClass,
    seed,
  }: {
    readonly keys: readonly string[];
    readonly samples: readonly Sample[];
    readonly part: string;
    readonly perClass: number;
    readonly seed: number;
  },
): readonly Sample[] {
  const key = prngKey(seed);
  return keys.flatMap((name, label) => {
    const ofClass = samples
      .filter((sample) => sample.key === name)
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    if (ofClass.length <= perClass) {
      throw place.refuse(
        `has ${ofClass.length} images of '${name}': with ${perClass} a class to train on none is left to test. Say fewer perClass.`,
      );
    }
    const order = randomPermutation(foldIn(key, label), ofClass.length);
    const positions = part === 'train' ? order.slice(0, perClass) : order.slice(perClass);
    return [...positions].map((position) => ofClass[position]!);
  });
}
