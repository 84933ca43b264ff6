export { decodeSafetensors, encodeSafetensors, type Safetensors } from './safetensors.ts';
