import { decodeImage } from './decode-image.ts';
import type { ImageDecoder } from './image-decoder.ts';

/** `decodeImage`, which reads JPEG and PNG files alike everywhere: the decoder that is used unless another is given. */
export const builtInDecoder: ImageDecoder = {
  name: 'built-in',
  extensions: ['jpg', 'jpeg', 'png'],
  decode: decodeImage,
};
