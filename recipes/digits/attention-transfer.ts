import { onDigits } from './common.ts';

// The squares of entries of unit vectors are averaged: with maps of 8x8 instead of 32x32 pixels, for which the weight is 1000,
// they are sixteen times as large.
export default onDigits([{ name: 'crossEntropy' }, { name: 'attentionTransfer', weight: 60 }]);
