import type { DatasetConfig } from '../dataset-config.ts';
import type { DatasetKind } from './dataset-kind.ts';
import { digitsDataset } from './digits-dataset.ts';
import { idxDataset } from './idx-dataset.ts';
import { imagesDataset } from './images-dataset.ts';
import { publishedDataset } from './published-dataset.ts';
import { publishedImagesDataset } from './published-images-dataset.ts';
import { csvDataset, manifestDataset, npzDataset } from './table-datasets.ts';

type ConfigOf<Name> = Extract<DatasetConfig, { name: Name }>;

const kinds: { readonly [Name in DatasetConfig['name']]: DatasetKind<ConfigOf<Name>> } = {
  digits: digitsDataset,
  mnist: publishedDataset as DatasetKind<ConfigOf<'mnist'>>,
  'fashion-mnist': publishedDataset as DatasetKind<ConfigOf<'fashion-mnist'>>,
  cifar10: publishedDataset as DatasetKind<ConfigOf<'cifar10'>>,
  cifar100: publishedDataset as DatasetKind<ConfigOf<'cifar100'>>,
  svhn: publishedDataset as DatasetKind<ConfigOf<'svhn'>>,
  idx: idxDataset,
  npz: npzDataset,
  csv: csvDataset,
  manifest: manifestDataset,
  images: imagesDataset,
  'tiny-imagenet-200': publishedImagesDataset as DatasetKind<ConfigOf<'tiny-imagenet-200'>>,
  imagenet: publishedImagesDataset as DatasetKind<ConfigOf<'imagenet'>>,
  cinic10: publishedImagesDataset as DatasetKind<ConfigOf<'cinic10'>>,
  'mini-imagenet': publishedImagesDataset as DatasetKind<ConfigOf<'mini-imagenet'>>,
  caltech101: publishedImagesDataset as DatasetKind<ConfigOf<'caltech101'>>,
};

/** What is known of the kind of data set that a configuration names. */
export function kindOf<Config extends DatasetConfig>({ name }: Config): DatasetKind<Config> {
  return kinds[name] as unknown as DatasetKind<Config>;
}
