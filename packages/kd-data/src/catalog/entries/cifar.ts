import { cifar10ClassNames } from '../../cifar/cifar10-class-names.ts';
import { cifar100ClassNames } from '../../cifar/cifar100-class-names.ts';
import type { DatasetEntry } from '../dataset-entry.ts';

const homepage = 'https://www.cs.toronto.edu/~kriz/cifar.html';
const licence = 'No licence is stated; its author asks to be cited.';
const attribution = 'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009)';
const citation =
  'A. Krizhevsky. Learning Multiple Layers of Features from Tiny Images. Technical report, University of Toronto, 2009.';

export const cifar10Entry: DatasetEntry = {
  name: 'cifar10',
  title: 'CIFAR-10',
  homepage,
  classes: 10,
  classNames: cifar10ClassNames,
  inputShape: [32, 32, 3],
  splits: { train: 50_000, test: 10_000 },
  normalization: {
    mean: [0.4914, 0.4822, 0.4465],
    standardDeviation: [0.247, 0.2435, 0.2616],
    source: 'over all pixels of the training images, as published training code has them',
  },
  forms: [
    {
      name: 'binary',
      layout:
        'Records of 3,073 bytes: a label, then 32 x 32 pixels, all red ones first, then green, then blue; five files of 10,000 to train on, one to test.',
      parts: {
        train: [
          'data_batch_1.bin',
          'data_batch_2.bin',
          'data_batch_3.bin',
          'data_batch_4.bin',
          'data_batch_5.bin',
        ],
        test: ['test_batch.bin'],
      },
      archives: [
        {
          file: 'cifar-10-binary.tar.gz',
          urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz'],
          bytes: 170_052_171,
          checksums: {
            md5: 'c32a1d4ab5d03f1284b67883e8d87530',
            sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd',
          },
          packing: 'tar.gz',
          root: 'cifar-10-batches-bin',
        },
      ],
    },
    {
      name: 'python',
      layout:
        'Pickles of a dict: data, an array of bytes [10000, 3072] with all red pixels of an image first, and labels, a list.',
      parts: {
        train: ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5'],
        test: ['test_batch'],
      },
      archives: [
        {
          file: 'cifar-10-python.tar.gz',
          urls: ['https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz'],
          bytes: 170_498_071,
          checksums: {
            md5: 'c58f30108f718f92721af3b95e74349a',
            sha256: '6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce',
          },
          packing: 'tar.gz',
          root: 'cifar-10-batches-py',
        },
      ],
    },
  ],
  licence,
  attribution,
  citation,
};

export const cifar100Entry: DatasetEntry = {
  name: 'cifar100',
  title: 'CIFAR-100',
  homepage,
  classes: 100,
  classNames: cifar100ClassNames,
  inputShape: [32, 32, 3],
  splits: { train: 50_000, test: 10_000 },
  normalization: {
    mean: [0.5071, 0.4867, 0.4408],
    standardDeviation: [0.2675, 0.2565, 0.2761],
    source: 'RepDistiller (Tian et al. 2020) and mdistiller',
  },
  forms: [
    {
      name: 'binary',
      layout:
        'Records of 3,074 bytes: a coarse label of 20, the label of 100, then 32 x 32 pixels, all red ones first, then green, then blue.',
      parts: { train: ['train.bin'], test: ['test.bin'] },
      archives: [
        {
          file: 'cifar-100-binary.tar.gz',
          urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz'],
          bytes: 168_513_733,
          checksums: {
            md5: '03b5dce01913d631647c71ecec9e9cb8',
            sha256: '58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec',
          },
          packing: 'tar.gz',
          root: 'cifar-100-binary',
        },
      ],
    },
    {
      name: 'python',
      layout:
        'Pickles of a dict: data, an array of bytes [samples, 3072] with all red pixels of an image first, and fine_labels, a list.',
      parts: { train: ['train'], test: ['test'] },
      archives: [
        {
          file: 'cifar-100-python.tar.gz',
          urls: ['https://www.cs.toronto.edu/~kriz/cifar-100-python.tar.gz'],
          bytes: 169_001_437,
          checksums: {
            md5: 'eb9058c3a382ffc7106e4002c42a8d85',
            sha256: '85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7',
          },
          packing: 'tar.gz',
          root: 'cifar-100-python',
        },
      ],
    },
  ],
  licence,
  attribution,
  citation,
};
