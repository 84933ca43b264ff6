import type { PolicyOperation } from './operation.ts';

/** An operation, its probability, and its magnitude 0..9 where it has one. */
export type PolicyStep = readonly [operation: PolicyOperation, probability: number, magnitude: number];

/** The 25 sub-policies found for CIFAR-10 (E. Cubuk et al., "AutoAugment", CVPR 2019, arXiv 1805.09501, Table 7). */
export const cifar10Policy: readonly (readonly [PolicyStep, PolicyStep])[] = [
  [
    ['invert', 0.1, 0],
    ['contrast', 0.2, 6],
  ],
  [
    ['rotate', 0.7, 2],
    ['translateX', 0.3, 9],
  ],
  [
    ['sharpness', 0.8, 1],
    ['sharpness', 0.9, 3],
  ],
  [
    ['shearY', 0.5, 8],
    ['translateY', 0.7, 9],
  ],
  [
    ['autocontrast', 0.5, 0],
    ['equalize', 0.9, 0],
  ],
  [
    ['shearY', 0.2, 7],
    ['posterize', 0.3, 7],
  ],
  [
    ['color', 0.4, 3],
    ['brightness', 0.6, 7],
  ],
  [
    ['sharpness', 0.3, 9],
    ['brightness', 0.7, 9],
  ],
  [
    ['equalize', 0.6, 0],
    ['equalize', 0.5, 0],
  ],
  [
    ['contrast', 0.6, 7],
    ['sharpness', 0.6, 5],
  ],
  [
    ['color', 0.7, 7],
    ['translateX', 0.5, 8],
  ],
  [
    ['equalize', 0.3, 0],
    ['autocontrast', 0.4, 0],
  ],
  [
    ['translateY', 0.4, 3],
    ['sharpness', 0.2, 6],
  ],
  [
    ['brightness', 0.9, 6],
    ['color', 0.2, 8],
  ],
  [
    ['solarize', 0.5, 2],
    ['invert', 0, 0],
  ],
  [
    ['equalize', 0.2, 0],
    ['autocontrast', 0.6, 0],
  ],
  [
    ['equalize', 0.2, 0],
    ['equalize', 0.6, 0],
  ],
  [
    ['color', 0.9, 9],
    ['equalize', 0.6, 0],
  ],
  [
    ['autocontrast', 0.8, 0],
    ['solarize', 0.2, 8],
  ],
  [
    ['brightness', 0.1, 3],
    ['color', 0.7, 0],
  ],
  [
    ['solarize', 0.4, 5],
    ['autocontrast', 0.9, 0],
  ],
  [
    ['translateY', 0.9, 9],
    ['translateY', 0.7, 9],
  ],
  [
    ['autocontrast', 0.9, 0],
    ['solarize', 0.8, 3],
  ],
  [
    ['equalize', 0.8, 0],
    ['invert', 0.1, 0],
  ],
  [
    ['translateY', 0.7, 9],
    ['autocontrast', 0.9, 0],
  ],
];
