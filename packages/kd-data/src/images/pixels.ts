/** Channels that an image can be given in: grey, or red, green and blue. */
export type ImageChannels = 1 | 3;

/** A decoded image. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: ImageChannels;
  /** 0..255, row-major [height, width, channels]. */
  readonly data: Uint8Array;
}

/** What the head of an image file says, before a pixel is decoded. */
export interface ImageHeader {
  readonly format: 'jpeg' | 'png';
  readonly width: number;
  readonly height: number;
  /** Of the colours that the file has, without transparency. */
  readonly channels: ImageChannels;
}
