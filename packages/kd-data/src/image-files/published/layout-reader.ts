import type { FileLayout } from '../file-layout.ts';
import type { ImageFiles } from '../image-files.ts';

/** Which part of a published data set to lay out. */
interface LayoutWish {
  readonly part: string;
  /** Endings of the names of images, in lower case, without the dot. */
  readonly extensions: readonly string[];
  /** Of data sets that are published without parts: how many images of each class are for training, and what draws them. */
  readonly perClass: number;
  readonly seed: number;
}

/** Finds the images of one part of a data set, with their classes. Throws what `DataPlace.refuse` makes. */
export type LayoutReader = (files: ImageFiles, wish: LayoutWish) => Promise<FileLayout>;
