export { type ReadIdxDatasetOptions, readIdxDataset } from './idx/read-idx-dataset.ts';
