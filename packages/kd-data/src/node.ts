export { type ExtractArchiveOptions, extractArchive } from './archives/extract-archive.ts';
export { type ReadCifar10DatasetOptions, readCifar10Dataset } from './cifar/read-cifar10-dataset.ts';
export { type ReadCifar100DatasetOptions, readCifar100Dataset } from './cifar/read-cifar100-dataset.ts';
export { type ReadCsvDatasetOptions, readCsvDataset } from './csv/read-csv-dataset.ts';
export { type IntoFileOptions, intoFile } from './decoded-file/into-file.ts';
export { type DecodedFileDataset, openDecodedFile } from './decoded-file/open-decoded-file.ts';
export { type DownloadFileOptions, downloadFile } from './download/download-file.ts';
export { type GetDatasetOptions, type GotDataset, getDataset } from './download/get-dataset.ts';
export {
  type LocateDatasetOptions,
  type LocatedDataset,
  locateDataset,
} from './download/locate-dataset.ts';
export type { DatasetProgress } from './download/progress.ts';
export { type DataFolderOptions, dataFolder, datasetFolder } from './files/data-folder.ts';
export { type FindDataFilesOptions, findDataFiles } from './files/find-data-files.ts';
export { type ReadIdxDatasetOptions, readIdxDataset } from './idx/read-idx-dataset.ts';
export { type ReadMnistDatasetOptions, readMnistDataset } from './idx/read-mnist-dataset.ts';
export { folderFiles } from './image-files/folder-files.ts';
export { imageFolder } from './image-files/image-folder.ts';
export { openImageFiles } from './image-files/open-image-files.ts';
export { sharpDecoder } from './images/sharp-decoder.ts';
export { type ReadNpzDatasetOptions, readNpzDataset } from './numpy/read-npz-dataset.ts';
export { type ReadSvhnDatasetOptions, readSvhnDataset } from './svhn/read-svhn-dataset.ts';
