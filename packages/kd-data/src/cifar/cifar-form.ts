/** How one of the CIFAR data sets stores labels; everything else is the same in both. */
export interface CifarForm {
  /** As people call it. */
  readonly title: string;
  readonly classNames: readonly string[];
  /** Of the binary version: labels before the pixels, of which the last is the one that counts. */
  readonly labelBytes: number;
  /** Of the Python version: the key of the labels. */
  readonly labelsKey: string;
}

export const cifarSide = 32;
export const cifarChannels = 3;
/** Bytes of one colour of an image. */
export const planeBytes: number = cifarSide * cifarSide;
export const imageBytes: number = cifarChannels * planeBytes;
