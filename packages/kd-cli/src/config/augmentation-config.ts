/** How images are changed before a network sees them, in the order of these keys. Default: not at all. */
export interface ViewConfig {
  /** Pixels added on each side before a random crop to the old size; default 0, no crop. */
  padding?: number;
  /** What they show; default 'zeros'. */
  paddingMode?: 'zeros' | 'reflect';
  /** A random part of the image, resized to the size of the image; `true` for the defaults, false for none. Not with `padding`. */
  randomResizedCrop?: boolean | RandomResizedCropConfig;
  /** Probability of a horizontal mirror image; default 0. Not for digits and letters. */
  flip?: number;
  /** Changes of colour by random factors in random order; default none. */
  colorJitter?: ColorJitterConfig;
  /** Operations that were learned, or are drawn of a list; default none. */
  policy?: PolicyName | PolicyConfig;
  /** Side of a square of zeros somewhere in the image; default 0, none. */
  cutout?: number;
  /** Random erasing of a rectangle; `true` for the defaults, false for none. */
  erasing?: boolean | ErasingConfig;
}

/** How images are changed, and mixed with others of their batch. With both `mixup` and `cutMix`, each batch by one of them. */
export interface AugmentationConfig extends ViewConfig {
  /** Weighted means of two images; `true` for the defaults, false for none. */
  mixup?: boolean | MixConfig;
  /** Rectangles of other images; `true` for the defaults, false for none. */
  cutMix?: boolean | MixConfig;
}

export interface RandomResizedCropConfig {
  /** Share of the area that is cut out, from the least to the most; default [0.08, 1]. */
  scale?: [number, number];
  /** Width over height of what is cut out, from the least to the most; default [0.75, 1.3333]. */
  ratio?: [number, number];
}

export interface ColorJitterConfig {
  /** Factors from 1 - this to 1 + this; default 0, none. So are `contrast` and `saturation`. */
  brightness?: number;
  contrast?: number;
  saturation?: number;
  /** Share of the colour circle to either side, 0 to 0.5; default 0, none. */
  hue?: number;
}

export type PolicyName = 'autoAugment' | 'randAugment' | 'trivialAugment';

export type PolicyConfig = {
  /** How pixels between pixels are read; default 'nearest'. */
  interpolation?: 'nearest' | 'bilinear';
  /** Value of pixels that come from outside of the image, 0 to 1; default 0. */
  fill?: number;
} & (
  | { name: 'autoAugment' | 'trivialAugment' }
  | {
      name: 'randAugment';
      /** How many follow each other; default 2. */
      operations?: number;
      /** How strong they are, 0 to 30; default 9. */
      magnitude?: number;
    }
);

export interface ErasingConfig {
  /** Default 0.5. */
  probability?: number;
  /** Share of the area that is erased, from the least to the most; default [0.02, 0.33]. */
  scale?: [number, number];
  /** Height over width of what is erased, from the least to the most; default [0.3, 3.3]. */
  ratio?: [number, number];
  /** Value of all erased pixels, 0 to 1, or 'random' (default): each its own. */
  fill?: number | 'random';
}

export interface MixConfig {
  /** Both parameters of the beta distribution of the shares, at least 0.001; default 1, uniform. */
  alpha?: number;
  /** Of a batch being mixed, 0 to 1; default 1. */
  probability?: number;
}
