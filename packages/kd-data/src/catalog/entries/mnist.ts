import { fashionMnistClassNames } from '../../idx/fashion-mnist-class-names.ts';
import type { DatasetArchive, DatasetEntry } from '../dataset-entry.ts';
import { digitClassNames } from './digit-class-names.ts';

const layout =
  'IDX files: images as unsigned bytes [samples, 28, 28], labels as unsigned bytes [samples], raw or gzip.';
const parts = {
  train: ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'],
  test: ['t10k-images-idx3-ubyte.gz', 't10k-labels-idx1-ubyte.gz'],
};

type Facts = Pick<DatasetArchive, 'checksums' | 'contentSha256'> & { readonly bytes: number };

/** The four files, of which each mirror has all under the same names. */
const archives = (mirrors: readonly string[], facts: readonly Facts[]): readonly DatasetArchive[] =>
  [...parts.train, ...parts.test].map((file, index) => ({
    file,
    urls: mirrors.map((mirror) => `${mirror}${file}`),
    ...facts[index]!,
    packing: 'none',
  }));

export const mnistEntry: DatasetEntry = {
  name: 'mnist',
  title: 'MNIST',
  homepage: 'http://yann.lecun.com/exdb/mnist/',
  classes: 10,
  classNames: digitClassNames,
  inputShape: [28, 28, 1],
  splits: { train: 60_000, test: 10_000 },
  normalization: {
    mean: [0.1307],
    standardDeviation: [0.3081],
    source: 'over all pixels of the training images, as published training code has them',
  },
  forms: [
    {
      name: 'idx',
      layout,
      parts,
      archives: archives(
        [
          'https://ossci-datasets.s3.amazonaws.com/mnist/',
          'https://storage.googleapis.com/cvdf-datasets/mnist/',
          'http://yann.lecun.com/exdb/mnist/',
        ],
        [
          {
            bytes: 9_912_422,
            checksums: {
              md5: 'f68b3c2dcbeaaa9fbdd348bbdeb94873',
              sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609',
            },
          },
          {
            bytes: 28_881,
            checksums: {
              md5: 'd53e105ee54ea40749a09fcbcd1e9432',
              sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c',
            },
          },
          {
            bytes: 1_648_877,
            checksums: {
              md5: '9fb629c4189551a2d022fa330f9573f3',
              sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
            },
          },
          {
            bytes: 4_542,
            checksums: {
              md5: 'ec29112dd5afa0611ce80d1b7f02629c',
              sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
            },
          },
        ],
      ),
    },
  ],
  licence: 'CC BY-SA 3.0',
  attribution: 'MNIST, Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0',
  citation:
    'Y. LeCun, L. Bottou, Y. Bengio, P. Haffner. Gradient-Based Learning Applied to Document Recognition. Proceedings of the IEEE 86(11), 1998.',
};

export const fashionMnistEntry: DatasetEntry = {
  name: 'fashion-mnist',
  title: 'Fashion-MNIST',
  homepage: 'https://github.com/zalandoresearch/fashion-mnist',
  classes: 10,
  classNames: fashionMnistClassNames,
  inputShape: [28, 28, 1],
  splits: { train: 60_000, test: 10_000 },
  normalization: {
    mean: [0.286],
    standardDeviation: [0.353],
    source: 'over all pixels of the training images, as published training code has them',
  },
  forms: [
    {
      name: 'idx',
      layout,
      parts,
      archives: archives(
        [
          'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
          'https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/',
        ],
        [
          {
            bytes: 26_421_880,
            checksums: {
              md5: '8d4fb7e6c68d591d4c3dfef9ec88bf0d',
              sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84',
            },
            contentSha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
          },
          {
            bytes: 29_515,
            checksums: {
              md5: '25c81989df183df01b3e8a0aad5dffbe',
              sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845',
            },
            contentSha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
          },
          {
            bytes: 4_422_102,
            checksums: {
              md5: 'bef4ecab320f06d8554ea6380940ec79',
              sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073',
            },
            contentSha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
          },
          {
            bytes: 5_148,
            checksums: {
              md5: 'bb300cfdad3c16e7a12a480ee83cd310',
              sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5',
            },
            contentSha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
          },
        ],
      ),
      installed: [
        { folder: '/usr/share/datasets/fashion-mnist', by: "Debian's package dataset-fashion-mnist" },
      ],
    },
  ],
  licence: 'MIT',
  attribution: 'Fashion-MNIST, Zalando Research, MIT',
  citation:
    'H. Xiao, K. Rasul, R. Vollgraf. Fashion-MNIST: a Novel Image Dataset for Benchmarking Machine Learning Algorithms. arXiv 1708.07747, 2017.',
};
