export { randomBeta } from './beta.ts';
export { randomBits } from './bits.ts';
export { randomInteger } from './integer.ts';
export { foldIn, type PrngKey, prngKey, splitKey } from './key.ts';
export { randomNormal } from './normal.ts';
export { randomPermutation } from './permutation.ts';
export { randomUniform } from './uniform.ts';
