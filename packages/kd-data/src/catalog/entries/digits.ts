import type { DatasetEntry } from '../dataset-entry.ts';
import { digitClassNames } from './digit-class-names.ts';

export const digitsEntry: DatasetEntry = {
  name: 'digits',
  title: 'Optical Recognition of Handwritten Digits, its test part',
  homepage: 'https://doi.org/10.24432/C50P49',
  classes: 10,
  classNames: digitClassNames,
  inputShape: [8, 8, 1],
  splits: { all: 1_797 },
  normalization: {
    mean: [0.30526],
    standardDeviation: [0.37605],
    source: 'over all pixels of all images, measured',
  },
  forms: [
    { name: 'embedded', layout: 'Contained in kd-data: nothing has to be fetched.', parts: {}, archives: [] },
  ],
  licence: 'CC BY 4.0',
  attribution:
    'Optical Recognition of Handwritten Digits, E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository, https://doi.org/10.24432/C50P49, CC BY 4.0',
  citation:
    'E. Alpaydin, C. Kaynak. Optical Recognition of Handwritten Digits. UCI Machine Learning Repository, 1998.',
};
