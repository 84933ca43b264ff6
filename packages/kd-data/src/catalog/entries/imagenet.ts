import type { CatalogNormalization, DatasetArchive, DatasetEntry } from '../dataset-entry.ts';

const licence =
  "For research and education that are not commercial, under ImageNet's terms of access (https://image-net.org/download).";
const attribution = 'ImageNet, O. Russakovsky, J. Deng, H. Su and others (2015)';
const normalization: CatalogNormalization = {
  mean: [0.485, 0.456, 0.406],
  standardDeviation: [0.229, 0.224, 0.225],
  source: "torchvision's reference training",
};
const access = 'Register at https://image-net.org/download, agree to the terms, and download it from there.';

const archive = (file: string, md5: string, bytes: number, into: string): DatasetArchive => ({
  file,
  urls: [],
  access,
  bytes,
  checksums: { md5 },
  packing: 'tar',
  into,
});

export const imagenetEntry: DatasetEntry = {
  name: 'imagenet',
  title: 'ImageNet (ILSVRC 2012)',
  homepage: 'https://image-net.org',
  classes: 1000,
  splits: { train: 1_281_167, val: 50_000 },
  normalization,
  forms: [
    {
      name: 'images',
      layout:
        'JPEG images of many sizes: train/WNID/NAME.JPEG and val/WNID/NAME.JPEG; labels follow the sorted WordNet IDs. Images of val in one folder, as their archive has them, need LOC_val_solution.csv or imagenet_2012_validation_synset_labels.txt beside train/ and val/.',
      parts: { train: ['train/'], val: ['val/'] },
      archives: [
        archive('ILSVRC2012_img_train.tar', '1d675b47d978889d74fa0da5fadfb00e', 147_897_477_120, 'train'),
        archive('ILSVRC2012_img_val.tar', '29b22e2961454d5413ddabcf34fc5622', 6_744_924_160, 'val'),
      ],
    },
  ],
  licence,
  attribution,
  citation:
    'O. Russakovsky, J. Deng, H. Su, J. Krause, S. Satheesh and others. ImageNet Large Scale Visual Recognition Challenge. IJCV 115(3), 2015.',
};

export const tinyImagenetEntry: DatasetEntry = {
  name: 'tiny-imagenet-200',
  title: 'Tiny ImageNet',
  homepage: 'https://www.kaggle.com/c/tiny-imagenet',
  classes: 200,
  inputShape: [64, 64, 3],
  // Labels of its test images were never published.
  splits: { train: 100_000, val: 10_000 },
  normalization: {
    mean: [0.4802, 0.4481, 0.3975],
    standardDeviation: [0.2302, 0.2265, 0.2262],
    source:
      'mdistiller, and most training code; its deviations are less than those of all pixels, 0.277, 0.269 and 0.282',
  },
  forms: [
    {
      name: 'images',
      layout:
        'JPEG images of 64 x 64, a few of them grey: train/WNID/images/NAME.JPEG, val/images/NAME.JPEG with classes in val/val_annotations.txt; wnids.txt lists the WordNet IDs, words.txt what they mean. Labels follow the sorted IDs.',
      parts: { train: ['train/'], val: ['val/images/', 'val/val_annotations.txt'] },
      otherFiles: ['wnids.txt', 'words.txt'],
      archives: [
        {
          file: 'tiny-imagenet-200.zip',
          urls: [
            'http://cs231n.stanford.edu/tiny-imagenet-200.zip',
            'https://cs231n.stanford.edu/tiny-imagenet-200.zip',
          ],
          bytes: 248_100_043,
          checksums: { md5: '90528d7ca1a48142e341f4ef8d21d0de' },
          packing: 'zip',
          root: 'tiny-imagenet-200',
        },
      ],
    },
  ],
  licence,
  attribution: 'Tiny ImageNet, Stanford CS231N; images of ImageNet',
  citation: 'Y. Le, X. Yang. Tiny ImageNet Visual Recognition Challenge. CS 231N, Stanford University, 2015.',
};

export const miniImagenetEntry: DatasetEntry = {
  name: 'mini-imagenet',
  title: 'mini-ImageNet',
  homepage: 'https://arxiv.org/abs/1606.04080',
  classes: 100,
  splits: { train: 38_400, val: 9_600, test: 12_000 },
  normalization,
  forms: [
    {
      name: 'images',
      layout:
        'Images of ImageNet, 600 of each of 100 classes: images/NAME.jpg, and train.csv, val.csv, test.csv with the columns filename and label (a WordNet ID). The parts have classes of their own: 64, 16 and 20; train on a split of all of them to classify.',
      parts: { train: ['train.csv'], val: ['val.csv'], test: ['test.csv'] },
      otherFiles: ['images/'],
      archives: [],
    },
  ],
  licence,
  attribution,
  citation:
    'O. Vinyals, C. Blundell, T. Lillicrap, K. Kavukcuoglu, D. Wierstra. Matching Networks for One Shot Learning. NeurIPS, 2016; split of S. Ravi, H. Larochelle. Optimization as a Model for Few-Shot Learning. ICLR, 2017.',
};
