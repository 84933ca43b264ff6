/** What the codec makes of pixels. */
class PlainImageData {
  readonly data: Uint8ClampedArray;
  readonly width: number;
  readonly height: number;

  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data;
    this.width = width;
    this.height = height;
  }
}

/**
 * Runs `run` with a global `ImageData`, which the codec looks for when it is started, where it leaves one of its own behind if
 * there is none, and when it has decoded its first image. Code that tells browsers from Node by that name must not be
 * misled, so it is gone when `run` returns; a promise that `run` gives is not waited for.
 */
export function withImageData<Result>(run: () => Result): Result {
  if ('ImageData' in globalThis) return run();
  Object.defineProperty(globalThis, 'ImageData', { value: PlainImageData, configurable: true });
  try {
    return run();
  } finally {
    Reflect.deleteProperty(globalThis, 'ImageData');
  }
}
