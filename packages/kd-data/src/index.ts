export {
  type ArrayDatasetOptions,
  arrayDataset,
  type LabelArray,
  type PixelArray,
} from './array-dataset.ts';
export { datasetCatalog, datasetEntry } from './catalog/catalog.ts';
export type {
  CatalogNormalization,
  DatasetArchive,
  DatasetEntry,
  DatasetForm,
  InstalledFolder,
} from './catalog/dataset-entry.ts';
export { namedNormalization, normalizationNames } from './catalog/named-normalization.ts';
export { cifar10ClassNames } from './cifar/cifar10-class-names.ts';
export { type Cifar10DatasetOptions, cifar10Dataset } from './cifar/cifar10-dataset.ts';
export { cifar100ClassNames } from './cifar/cifar100-class-names.ts';
export { type Cifar100DatasetOptions, cifar100Dataset } from './cifar/cifar100-dataset.ts';
export { type CsvDatasetOptions, csvDataset } from './csv/csv-dataset.ts';
export type { AsyncDataset, Dataset, ImageShape } from './dataset.ts';
export type {
  ArraysSpec,
  DatasetSpec,
  DecodedFileSpec,
  ImagesSpec,
  JoinedSpec,
  SubsetSpec,
} from './dataset-spec.ts';
export { digits } from './digits/digits.ts';
export { fashionMnistClassNames } from './idx/fashion-mnist-class-names.ts';
export { type IdxDatasetOptions, idxDataset } from './idx/idx-dataset.ts';
export { type IdxArray, type IdxData, parseIdx } from './idx/parse-idx.ts';
export { archiveFiles } from './image-files/archive-files.ts';
export { imageArchive } from './image-files/image-archive.ts';
export { type ImageFileOptions, imageFileDataset } from './image-files/image-file-dataset.ts';
export type { ArchiveFilesOptions, ImageFiles, ImageFilesSpec } from './image-files/image-files.ts';
export { type IntoMemoryOptions, intoMemory } from './image-files/into-memory.ts';
export type { ImageFileDataset, ImageReadingOptions } from './image-files/labelled-images.ts';
export {
  type PublishedImagesName,
  type PublishedImagesOptions,
  publishedImages,
  publishedImagesNames,
  publishedParts,
} from './image-files/published/published-images.ts';
export { browserDecoder } from './images/browser-decoder.ts';
export { builtInDecoder } from './images/built-in-decoder.ts';
export { type DecodeImageOptions, decodeImage, readImageHeader } from './images/decode-image.ts';
export type { DecoderName, ImageDecoder } from './images/image-decoder.ts';
export type { ImageChannels, ImageHeader, Pixels } from './images/pixels.ts';
export { type PixelResizer, pixelResizer, type ResizePixelsOptions } from './images/resize-pixels.ts';
export { joinDatasets } from './join-datasets.ts';
export { type AsyncLoader, createLoader, type Loader, type LoaderOptions } from './loader/create-loader.ts';
export { type ParallelLoader, type ParallelLoaderOptions, parallelLoader } from './loader/parallel-loader.ts';
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
export { type OpenSource, serveBatches } from './loader/workers/serve-batches.ts';
export {
  type WorkerLoader,
  type WorkerLoaderOptions,
  workerLoader,
} from './loader/workers/worker-loader.ts';
export type { LoaderWorker, NodeWorker, WebWorker } from './loader/workers/worker-port.ts';
export { type ManifestImagesOptions, manifestImages } from './manifest/manifest-images.ts';
export { type ManifestSample, parseManifest } from './manifest/parse-manifest.ts';
export { buildMix } from './mixing/build-mix.ts';
export { cutMix } from './mixing/cut-mix.ts';
export type { Mix, MixSpec } from './mixing/mix.ts';
export { mixOneOf } from './mixing/mix-one-of.ts';
export type { MixOptions } from './mixing/mix-options.ts';
export { mixup } from './mixing/mixup.ts';
export { type NpzDatasetOptions, npzDataset } from './numpy/npz-dataset.ts';
export { type NumpyDatasetOptions, type NumpyImages, numpyDataset } from './numpy/numpy-dataset.ts';
export { type NpzArchive, openNpz } from './numpy/open-npz.ts';
export { type NpyArray, type NpyData, type NpyType, parseNpy } from './numpy/parse-npy.ts';
export { type StratifiedSplitOptions, stratifiedSplit } from './split/stratified-split.ts';
export { subset } from './subset.ts';
export { type SvhnDatasetOptions, svhnDataset } from './svhn/svhn-dataset.ts';
export { type CacheProgress, fillTeacherCache } from './teacher-cache/fill-teacher-cache.ts';
export type { LogitsEncoding } from './teacher-cache/logits-encoding.ts';
export {
  type CachedTeacher,
  estimateTeacherCache,
  openTeacherCache,
  type TeacherCacheOptions,
  type TeacherCacheSize,
} from './teacher-cache/teacher-cache.ts';
export { autocontrast } from './transforms/autocontrast.ts';
export { buildTransform } from './transforms/build-transform.ts';
export { centerCrop } from './transforms/center-crop.ts';
export { channelStatistics } from './transforms/channel-statistics.ts';
export { type ColorJitterOptions, colorJitter } from './transforms/color-jitter.ts';
export { cutout } from './transforms/cutout.ts';
export { equalize } from './transforms/equalize.ts';
export { gaussianBlur } from './transforms/gaussian-blur.ts';
export { grayscale } from './transforms/grayscale.ts';
export type { ImageSize } from './transforms/image-size.ts';
export { invert } from './transforms/invert.ts';
export { type NormalizeOptions, normalize } from './transforms/normalize.ts';
export type { Interpolation } from './transforms/operations/warp.ts';
export { padCropFlip } from './transforms/pad-crop-flip.ts';
export { pipeline } from './transforms/pipeline.ts';
export { autoAugment } from './transforms/policies/auto-augment.ts';
export type { PolicyOptions } from './transforms/policies/policy-options.ts';
export { type RandAugmentOptions, randAugment } from './transforms/policies/rand-augment.ts';
export { trivialAugment } from './transforms/policies/trivial-augment.ts';
export { posterize } from './transforms/posterize.ts';
export { type RandomAffineOptions, randomAffine } from './transforms/random-affine.ts';
export { type RandomCropOptions, randomCrop } from './transforms/random-crop.ts';
export { type RandomErasingOptions, randomErasing } from './transforms/random-erasing.ts';
export { randomHorizontalFlip } from './transforms/random-horizontal-flip.ts';
export { type RandomResizedCropOptions, randomResizedCrop } from './transforms/random-resized-crop.ts';
export { type RandomRotationOptions, randomRotation } from './transforms/random-rotation.ts';
export { randomVerticalFlip } from './transforms/random-vertical-flip.ts';
export { type ResizeOptions, resize } from './transforms/resize.ts';
export { sharpness } from './transforms/sharpness.ts';
export { solarize } from './transforms/solarize.ts';
export {
  describedTransform,
  type Image,
  type Transform,
  type TransformSpec,
} from './transforms/transform.ts';
