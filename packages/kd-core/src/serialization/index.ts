export { type ByteSource, byteLengthOf, readBytes } from './byte-source.ts';
export {
  dataTypeOfElements,
  type ElementType,
  elementBytes,
  readElements,
  type StoredElements,
} from './element-types.ts';
export { decodeHalves, encodeHalves, float32OfHalf } from './half-float.ts';
export { decodeSafetensors, openSafetensors, type Safetensors } from './read-safetensors.ts';
export type { TensorEntry, TensorFile } from './tensor-file.ts';
export {
  encodeSafetensors,
  streamSafetensors,
  type TensorsToWrite,
} from './write-safetensors.ts';
