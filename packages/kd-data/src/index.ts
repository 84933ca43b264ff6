export { type ArrayDatasetOptions, arrayDataset } from './array-dataset.ts';
export { datasetCatalog, datasetEntry } from './catalog/catalog.ts';
export type {
  CatalogNormalization,
  DatasetArchive,
  DatasetEntry,
  DatasetForm,
  InstalledFolder,
} from './catalog/dataset-entry.ts';
export { cifar10ClassNames } from './cifar/cifar10-class-names.ts';
export { cifar100ClassNames } from './cifar/cifar100-class-names.ts';
export { type Cifar100DatasetOptions, cifar100Dataset } from './cifar/cifar100-dataset.ts';
export type { AsyncDataset, Dataset, ImageShape } from './dataset.ts';
export type { ArraysSpec, DatasetSpec, SubsetSpec } from './dataset-spec.ts';
export { digits } from './digits/digits.ts';
export { fashionMnistClassNames } from './idx/fashion-mnist-class-names.ts';
export { type IdxDatasetOptions, idxDataset } from './idx/idx-dataset.ts';
export { type IdxArray, type IdxData, parseIdx } from './idx/parse-idx.ts';
export { imageArchive } from './image-files/image-archive.ts';
export type { ImageFileDataset, ImageFileOptions } from './image-files/image-file-dataset.ts';
export { type IntoMemoryOptions, intoMemory } from './image-files/into-memory.ts';
export { type DecodeImageOptions, decodeImage, readImageHeader } from './images/decode-image.ts';
export type { ImageChannels, ImageHeader, Pixels } from './images/pixels.ts';
export { type AsyncLoader, createLoader, type Loader, type LoaderOptions } from './loader/create-loader.ts';
export { classBalanced } from './loader/samplers/class-balanced.ts';
export type {
  ClassBalancedOptions,
  SampledData,
  SampleOrder,
  Sampler,
  SamplerSpec,
  WeightedOptions,
} from './loader/samplers/sampler.ts';
export { weighted } from './loader/samplers/weighted.ts';
export { type StratifiedSplitOptions, stratifiedSplit } from './split/stratified-split.ts';
export { subset } from './subset.ts';
export { buildTransform } from './transforms/build-transform.ts';
export { channelStatistics } from './transforms/channel-statistics.ts';
export { cutout } from './transforms/cutout.ts';
export { type NormalizeOptions, normalize } from './transforms/normalize.ts';
export { padCropFlip } from './transforms/pad-crop-flip.ts';
export { pipeline } from './transforms/pipeline.ts';
export { randomCrop } from './transforms/random-crop.ts';
export { randomHorizontalFlip } from './transforms/random-horizontal-flip.ts';
export {
  describedTransform,
  type Image,
  type Transform,
  type TransformSpec,
} from './transforms/transform.ts';
