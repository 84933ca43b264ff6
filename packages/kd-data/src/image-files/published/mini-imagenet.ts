import { type DataPlace, dataPlace, type Sample, sortedKeys } from './data-place.ts';
import type { LayoutReader } from './layout-reader.ts';

const parts = ['train', 'val', 'test'];

/**
 * mini-ImageNet: images anywhere below the folder of `train.csv`, `val.csv` and `test.csv`, whose columns are `filename` and
 * `label`. The parts have classes of their own; `all` is the three together, for a split of one's own.
 */
export const layOutMiniImagenet: LayoutReader = async (files, { part, extensions }) => {
  const place = dataPlace(files, { markers: parts.map((each) => `${each}.csv`), extensions });
  const byName = new Map(place.imagesBelow('').map((path) => [path.at(-1)!, path.join('/')]));
  const lists = part === 'all' ? parts : [part];
  const samples: Sample[] = [];
  for (const list of lists) samples.push(...(await listed(place, `${list}.csv`, byName)));
  const keys = sortedKeys(samples.map(({ key }) => key));
  return place.layOut({ keys, names: keys }, samples);
};

async function listed(
  place: DataPlace,
  file: string,
  byName: ReadonlyMap<string, string>,
): Promise<readonly Sample[]> {
  if (!place.has(file)) throw place.refuse(`has no ${file}, the list of images of this part.`);
  const [header = '', ...rows] = await place.lines(file);
  if (header.replaceAll(' ', '') !== 'filename,label') {
    throw place.refuse(
      `should have the columns 'filename,label' in ${file}, but has '${header.slice(0, 80)}'.`,
    );
  }
  return rows.map((row, index) => {
    const [name = '', key] = row.split(',').map((cell) => cell.trim());
    const path = byName.get(name);
    if (key === undefined || path === undefined) {
      throw place.refuse(`has no image '${name}', which line ${index + 2} of ${file} lists.`);
    }
    return { path, key };
  });
}
