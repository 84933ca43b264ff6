import { KdError } from 'kd-core';
import type { FileLayout } from '../file-layout.ts';
import type { ImageFiles } from '../image-files.ts';

/** The files of a data set, below whatever folders hold all of it. */
export interface DataPlace {
  /** Paths below the data set's own folder. */
  readonly paths: readonly string[];
  has(path: string): boolean;
  /** The lines of a text file that are not empty, without spaces around them. */
  lines(path: string): Promise<readonly string[]>;
  /** The images below a folder, split at slashes, without that folder. */
  imagesBelow(folder: string): readonly (readonly string[])[];
  /** `INVALID_ARGUMENT` with the name of the place. */
  refuse(reason: string): KdError;
  /** The layout of samples whose classes are known by keys. Throws unless there are any, each with a class of `classes`. */
  layOut(classes: Classes, samples: readonly Sample[]): FileLayout;
}

export interface Classes {
  /** In label order. */
  readonly keys: readonly string[];
  /** One for each key. */
  readonly names: readonly string[];
}

export interface Sample {
  /** Below the data set's own folder. */
  readonly path: string;
  readonly key: string;
}

/**
 * The data set whose folder holds `marker`, a file or, with a slash at its end, a folder; where several do, the one nearest to
 * the root. Without one, the root itself.
 */
export function dataPlace(
  files: ImageFiles,
  { markers, extensions }: { readonly markers: readonly string[]; readonly extensions: readonly string[] },
): DataPlace {
  const prefix = folderOf(files.paths, markers);
  const paths = files.paths
    .filter((path) => path.startsWith(prefix))
    .map((path) => path.slice(prefix.length));
  const known = new Set(paths);
  const refuse = (reason: string): KdError => new KdError('INVALID_ARGUMENT', `${files.what} ${reason}`);
  const isImage = (path: string): boolean =>
    extensions.includes(path.slice(path.lastIndexOf('.') + 1).toLowerCase()) && !/(^|\/)[._]/.test(path);
  return {
    paths,
    has: (path) => known.has(path),
    async lines(path) {
      const text = new TextDecoder().decode(await files.read(prefix + path));
      return text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '');
    },
    imagesBelow: (folder) =>
      paths
        .filter((path) => path.startsWith(folder) && isImage(path))
        .map((path) => path.slice(folder.length).split('/')),
    refuse,
    layOut({ keys, names }, samples) {
      if (samples.length === 0) throw refuse('holds no images of this part.');
      const labels = new Map(keys.map((key, label) => [key, label]));
      const stray = samples.find(({ key }) => !labels.has(key));
      if (stray !== undefined) {
        throw refuse(`has '${stray.path}' of the class '${stray.key}', which is none of its ${keys.length}.`);
      }
      const labelled = samples.map(({ path, key }) => ({ path: prefix + path, label: labels.get(key)! }));
      return {
        classNames: names,
        files: labelled.sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1)),
      };
    },
  };
}

function folderOf(paths: readonly string[], markers: readonly string[]): string {
  const found = paths.flatMap((path) =>
    markers.flatMap((marker) => {
      const at = `/${path}`.indexOf(`/${marker}`);
      const isFile = !marker.endsWith('/');
      return at === -1 || (isFile && !`/${path}`.endsWith(`/${marker}`)) ? [] : [path.slice(0, at)];
    }),
  );
  return found.reduce((best, each) => (each.length < best.length ? each : best), found[0] ?? '');
}

/** Folders of classes, in label order: sorted, as PyTorch's `ImageFolder` has them. */
export function sortedKeys(keys: Iterable<string>): readonly string[] {
  return [...new Set(keys)].sort();
}
