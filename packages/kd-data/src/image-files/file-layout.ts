import { KdError } from 'kd-core';
import { builtInDecoder } from '../images/built-in-decoder.ts';

export interface FileLayoutOptions {
  /** The part to take, a folder such as `test` above the class folders. Needed when there are several. */
  readonly split?: string;
  /** Class names in label order; by default the names of the class folders, sorted. */
  readonly classNames?: readonly string[];
  /** Endings of the names of images, in lower case, without the dot. Default `jpg`, `jpeg` and `png`. */
  readonly extensions?: readonly string[];
}

/** Images with their classes, as their paths tell them. */
export interface FileLayout {
  readonly classNames: readonly string[];
  /** Sorted by path within each class, classes in label order. */
  readonly files: readonly { readonly path: string; readonly label: number }[];
}

/** Folders that are parts of a data set and no classes. */
const splitNames = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'testing', 'eval']);

/**
 * Reads classes from the paths of files with slashes: `CLASS/NAME.jpg`, below `test/` or another part, all of it below
 * any number of folders that hold everything. Files with other endings than those of images, and hidden ones, are left out.
 * Throws `INVALID_ARGUMENT`, with what was found, unless that gives every image a class; `what` names the source.
 */
export function layOutFiles(
  paths: readonly string[],
  { split, classNames, extensions = builtInDecoder.extensions }: FileLayoutOptions,
  what: string,
): FileLayout {
  const refuse = (reason: string): KdError => new KdError('INVALID_ARGUMENT', `${what} ${reason}`);
  const images = paths
    .map((path) => path.split('/'))
    .filter((parts) => isImage(parts.at(-1)!, extensions) && !parts.some(isHidden));
  if (images.length === 0)
    throw refuse(`holds no images (${extensions.map((each) => `.${each}`).join(', ')}).`);

  const { depth, chosen } = findClassFolders(images, { split, classNames }, refuse);
  const stray = chosen.find((parts) => parts.length < depth + 2);
  if (stray !== undefined) {
    throw refuse(
      `holds ${stray.join('/')}, which lies in no class folder. Images belong into CLASS/NAME.jpg.`,
    );
  }
  const found = [...new Set(chosen.map((parts) => parts[depth]!))].sort();
  const names = classNames ?? found;
  const labels = new Map(names.map((name, label) => [name, label]));
  if (labels.size < names.length)
    throw refuse(`was given class names of which two are equal: ${list(names)}.`);
  const unknown = found.find((name) => !labels.has(name));
  if (unknown !== undefined) {
    throw refuse(
      `has the class folder '${unknown}', which is none of the given class names: ${list(names)}.`,
    );
  }
  const files = chosen.map((parts) => ({ path: parts.join('/'), label: labels.get(parts[depth]!)! }));
  return { classNames: names, files: files.sort((a, b) => a.label - b.label || compare(a.path, b.path)) };
}

/** How many folders lie above the class folders, and the images of the wanted part. */
function findClassFolders(
  images: readonly (readonly string[])[],
  { split, classNames }: { split: string | undefined; classNames: readonly string[] | undefined },
  refuse: (reason: string) => KdError,
): { readonly depth: number; readonly chosen: readonly (readonly string[])[] } {
  for (let depth = 0; ; depth++) {
    const top = [...new Set(images.map((parts) => (parts.length > depth + 1 ? parts[depth]! : '')))].sort();
    const isClasses = classNames !== undefined && top.every((name) => classNames.includes(name));
    if (!isClasses && top.every((name) => name === split || splitNames.has(name.toLowerCase()))) {
      return { depth: depth + 1, chosen: takeSplit(images, { depth, parts: top, split }, refuse) };
    }
    // One folder that holds folders of images is a wrapper; one that holds images is the only class.
    const isWrapper = !isClasses && top.length === 1 && images.every((parts) => parts.length > depth + 2);
    if (isWrapper) continue;
    if (split !== undefined) throw refuse(`has no part '${split}', but the folders ${list(top)}.`);
    return { depth, chosen: images };
  }
}

function takeSplit(
  images: readonly (readonly string[])[],
  { depth, parts, split }: { depth: number; parts: readonly string[]; split: string | undefined },
  refuse: (reason: string) => KdError,
): readonly (readonly string[])[] {
  const wanted = split ?? (parts.length === 1 ? parts[0] : undefined);
  if (wanted === undefined) throw refuse(`has the parts ${list(parts)}. Choose one of them by 'split'.`);
  if (!parts.includes(wanted)) throw refuse(`has no part '${wanted}', but ${list(parts)}.`);
  return images.filter((image) => image[depth] === wanted);
}

function isImage(name: string, extensions: readonly string[]): boolean {
  return name.includes('.') && extensions.includes(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}

/** Names with a dot, and what macOS adds to archives. */
function isHidden(part: string): boolean {
  return part.startsWith('.') || part === '__MACOSX';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map((name) => `'${name}'`);
  return [...shown, ...(names.length > 12 ? [`${names.length - 12} more`] : [])].join(', ');
}
