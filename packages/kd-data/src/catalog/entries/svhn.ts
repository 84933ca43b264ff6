import type { DatasetArchive, DatasetEntry } from '../dataset-entry.ts';
import { digitClassNames } from './digit-class-names.ts';

const archive = (file: string, bytes: number, md5: string, sha256: string): DatasetArchive => ({
  file,
  urls: [`http://ufldl.stanford.edu/housenumbers/${file}`],
  bytes,
  checksums: { md5, sha256 },
  packing: 'none',
});

export const svhnEntry: DatasetEntry = {
  name: 'svhn',
  title: 'Street View House Numbers, cropped digits',
  homepage: 'http://ufldl.stanford.edu/housenumbers/',
  classes: 10,
  classNames: digitClassNames,
  inputShape: [32, 32, 3],
  splits: { train: 73_257, test: 26_032, extra: 531_131 },
  normalization: {
    mean: [0.4377, 0.4438, 0.4728],
    standardDeviation: [0.198, 0.201, 0.197],
    source: 'over all pixels of the training images, as published training code has them',
  },
  forms: [
    {
      name: 'matlab',
      layout:
        'MATLAB 5 files of X, bytes [32, 32, 3, samples] with the first axis running fastest, and y [samples, 1], where 10 stands for the digit 0.',
      parts: { train: ['train_32x32.mat'], test: ['test_32x32.mat'], extra: ['extra_32x32.mat'] },
      archives: [
        archive(
          'train_32x32.mat',
          182_040_794,
          'e26dedcc434d2e4c54c9b2d4a06d8373',
          '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8',
        ),
        archive(
          'test_32x32.mat',
          64_275_384,
          'eb5a983be6a315427106f1b164d9cef3',
          'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b',
        ),
        archive(
          'extra_32x32.mat',
          1_329_278_602,
          'a93ce644f1a588dc4d68dda5feec44a7',
          'a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3',
        ),
      ],
    },
  ],
  licence: 'For use that is not commercial.',
  attribution:
    'Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Ng, Reading Digits in Natural Images with Unsupervised Feature Learning (2011)',
  citation:
    'Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Y. Ng. Reading Digits in Natural Images with Unsupervised Feature Learning. NIPS Workshop on Deep Learning and Unsupervised Feature Learning, 2011.',
};
