import { onDigits } from './common.ts';

// Entries of unit vectors are averaged: with factors of 128 numbers instead of 8192, for which the weight is 200, they are eight
// times as large.
export default onDigits([{ name: 'crossEntropy' }, { name: 'factorTransfer', weight: 25 }]);
