import type { Genotype } from './genotype.ts';

/** The cells that Boutros et al. 2022 (arXiv:2108.10710) searched on faces: those of every PocketNet. */
export const faceGenotype: Genotype = {
  normal: {
    nodes: [
      [
        ['dw_conv_3x3', 0],
        ['dw_conv_1x1', 1],
      ],
      [
        ['dw_conv_3x3', 2],
        ['dw_conv_5x5', 0],
      ],
      [
        ['dw_conv_3x3', 3],
        ['dw_conv_3x3', 0],
      ],
      [
        ['dw_conv_3x3', 4],
        ['skip_connect', 0],
      ],
    ],
  },
  reduction: {
    nodes: [
      [
        ['dw_conv_3x3', 1],
        ['dw_conv_7x7', 0],
      ],
      [
        ['skip_connect', 2],
        ['dw_conv_5x5', 1],
      ],
      [
        ['max_pool_3x3', 0],
        ['skip_connect', 2],
      ],
      [
        ['max_pool_3x3', 0],
        ['max_pool_3x3', 1],
      ],
    ],
  },
};

/** The cells that they searched on CIFAR-10, for comparison. */
export const cifar10Genotype: Genotype = {
  normal: {
    nodes: [
      [
        ['dw_conv_7x7', 0],
        ['dw_conv_3x3', 1],
      ],
      [
        ['dw_conv_1x1', 1],
        ['dw_conv_1x1', 2],
      ],
      [
        ['max_pool_3x3', 2],
        ['dw_conv_7x7', 3],
      ],
      [
        ['dw_conv_5x5', 4],
        ['max_pool_3x3', 0],
      ],
    ],
  },
  reduction: {
    nodes: [
      [
        ['max_pool_3x3', 0],
        ['dw_conv_7x7', 1],
      ],
      [
        ['max_pool_3x3', 0],
        ['max_pool_3x3', 1],
      ],
      [
        ['max_pool_3x3', 0],
        ['max_pool_3x3', 2],
      ],
      [
        ['max_pool_3x3', 0],
        ['max_pool_3x3', 1],
      ],
    ],
  },
};
