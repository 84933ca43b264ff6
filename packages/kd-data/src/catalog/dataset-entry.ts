import type { ImageShape } from '../dataset.ts';

/** What is known of a published data set. Facts whose source is uncertain are left out. */
export interface DatasetEntry {
  /** By which commands and configurations name it. */
  readonly name: string;
  readonly title: string;
  readonly homepage: string;
  readonly classes: number;
  /** In label order. Absent where the folders of the classes name them: labels follow their sorted names. */
  readonly classNames?: readonly string[];
  /** Absent where images have many sizes. */
  readonly inputShape?: ImageShape;
  /** Samples of each part, by the part's name. */
  readonly splits: Readonly<Record<string, number>>;
  readonly normalization?: CatalogNormalization;
  /** Ways in which it is published. The first is what `kd data get` fetches unless told otherwise. */
  readonly forms: readonly DatasetForm[];
  /** Under what terms it may be used, as its authors say it. */
  readonly licence: string;
  /** How its authors want to be named. */
  readonly attribution: string;
  /** The publication that introduces it. */
  readonly citation: string;
}

/** One value for each channel, in the units of pixels from 0 to 1, as `normalize` takes them. */
export interface CatalogNormalization {
  readonly mean: readonly number[];
  readonly standardDeviation: readonly number[];
  /** Who uses or measured them. */
  readonly source: string;
}

/** One way in which a data set is published: its archives, and the folder they become. */
export interface DatasetForm {
  /** Unlike those of the other forms, such as `binary`. */
  readonly name: string;
  /** What its files are, in a sentence. */
  readonly layout: string;
  /**
   * Files and folders that hold each part, by the names of `DatasetEntry.splits`, in the order of the samples: relative to the
   * data set's folder, with slashes; a folder ends in one. Each `.gz` may as well be there without its ending.
   */
  readonly parts: Readonly<Record<string, readonly string[]>>;
  /** What else the data set's folder has to hold. */
  readonly otherFiles?: readonly string[];
  /** Empty for data that a package contains. */
  readonly archives: readonly DatasetArchive[];
  /** Where packages of operating systems put the same files. */
  readonly installed?: readonly InstalledFolder[];
}

export interface DatasetArchive {
  /** The name of the file. */
  readonly file: string;
  /** The authors' own place, then mirrors; empty for what is handed out on request only (`access` says how). */
  readonly urls: readonly string[];
  /** How to come by it, where `urls` is empty. */
  readonly access?: string;
  /** The archive that it comes in, which unpacks it into the data set's folder. */
  readonly within?: string;
  readonly bytes?: number;
  /** Lower-case hexadecimal digests of the file; `sha256` is preferred where both are known. */
  readonly checksums: { readonly md5?: string; readonly sha256?: string };
  /** SHA-256 of a single file that was compressed: others compress it otherwise, such as Debian. */
  readonly contentSha256?: string;
  /** What has to be done with it: nothing, as it is read as it is, or unpacking. */
  readonly packing: 'none' | 'tar' | 'tar.gz' | 'zip';
  /** The folder within the archive that holds what `DatasetForm.parts` names; the archive's own root where absent. */
  readonly root?: string;
  /** The folder of the data set's folder that `root` becomes; the data set's folder itself where absent. */
  readonly into?: string;
}

export interface InstalledFolder {
  /** Absolute. */
  readonly folder: string;
  /** Who puts it there, such as `Debian's package dataset-fashion-mnist`. */
  readonly by: string;
}
