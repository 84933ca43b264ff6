export { type ReadCifar10DatasetOptions, readCifar10Dataset } from './cifar/read-cifar10-dataset.ts';
export { type ReadCifar100DatasetOptions, readCifar100Dataset } from './cifar/read-cifar100-dataset.ts';
export { type FindDataFilesOptions, findDataFiles } from './files/find-data-files.ts';
export { type ReadIdxDatasetOptions, readIdxDataset } from './idx/read-idx-dataset.ts';
export { type ReadMnistDatasetOptions, readMnistDataset } from './idx/read-mnist-dataset.ts';
export { imageFolder } from './image-files/image-folder.ts';
export { sharpDecoder } from './images/sharp-decoder.ts';
export { type ReadSvhnDatasetOptions, readSvhnDataset } from './svhn/read-svhn-dataset.ts';
