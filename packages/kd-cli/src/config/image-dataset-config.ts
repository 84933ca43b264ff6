/** How image files become arrays. */
export interface ImageReadingConfig {
  /** What every image is resized to: one number for a square, or [height, width]. Without it, all images must have one size. */
  size?: number | [height: number, width: number];
  /** `cover` keeps the proportions and cuts out the middle, `stretch` changes them; default `cover`. */
  fit?: 'cover' | 'stretch';
  /** With `cover`: what the shorter side is resized to before the middle is cut out, such as 256 for a size of 224. */
  shorterSide?: number;
  /** Default `bilinear`. */
  filter?: 'bilinear' | 'bicubic';
  /** Grey (1) or RGB (3), whatever the files have. */
  channels?: 1 | 3;
  /** Default `built-in`, which reads JPEG and PNG. `sharp` needs the package of that name, and reads WebP, TIFF, GIF and AVIF too. */
  decoder?: 'built-in' | 'sharp';
}

/**
 * Images in a folder or an archive (ZIP, tar, tar.gz), with the classes of their folders: `CLASS/NAME.jpg`, also below one folder
 * such as `train/`. They are decoded into memory. Relative paths start at the configuration file.
 */
export interface ImagesConfig extends ImageReadingConfig {
  name: 'images';
  train: string;
  /** Without it, the test samples are split off `train`. It has the classes of `train`. */
  test?: string;
  /** Names of the class folders in label order; by default sorted. */
  classNames?: string[];
}

/** A published data set of image files, in a folder or an archive, as its authors lay it out. It is decoded into memory. */
export interface PublishedImagesConfig extends ImageReadingConfig {
  /** Tested on their part `val`, `val` and `test`. */
  name: 'tiny-imagenet-200' | 'imagenet' | 'cinic10';
  /** A folder or an archive. Relative paths start at the configuration file. By default where `kd data get` puts it. */
  path?: string;
}

/** mini-ImageNet, whose parts have classes of their own: all of it, to be split. */
export interface MiniImagenetConfig extends ImageReadingConfig {
  name: 'mini-imagenet';
  /** A folder or an archive. Relative paths start at the configuration file. By default where `kd data get` puts it. */
  path?: string;
}

/** Caltech-101, divided by lists beside it or by a draw. */
export interface Caltech101Config extends ImageReadingConfig {
  name: 'caltech101';
  /** A folder or an archive. Relative paths start at the configuration file. By default where `kd data get` puts it. */
  path?: string;
  /** How many images of each class are drawn to train on; the others are for testing. Default 30. */
  perClass?: number;
  /** Of that draw; default 0. */
  seed?: number;
}
