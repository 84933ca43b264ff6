export { type ReadIdxDatasetOptions, readIdxDataset } from './idx/read-idx-dataset.ts';
export { imageFolder } from './image-files/image-folder.ts';
