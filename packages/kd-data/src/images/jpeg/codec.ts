/** What the codec gives: four channels of 0..255, whatever the file has. */
interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: ArrayLike<number>;
}

/** One instance of libjpeg-turbo's decoder (mozjpeg's build of it). */
export interface JpegCodec {
  /** Throws for what it cannot decode; messages and warnings go to `onMessage`. */
  decode(bytes: Uint8Array): RgbaImage;
}

export type OpenJpegCodec = (onMessage: (message: string) => void) => Promise<JpegCodec>;

/** The Emscripten module of `@jsquash/jpeg`; its own types need a global namespace. */
export interface CodecModule {
  decode(bytes: Uint8Array, preserveOrientation: boolean): RgbaImage | null;
}

export interface CodecModuleOptions {
  readonly noInitialRun: true;
  readonly printErr: (line: string) => void;
  /** The WebAssembly program, where it is not to be fetched. */
  readonly wasmBinary?: Uint8Array;
}

/** The codec of a module. Pixels stay as they are stored: files seldom mean the rotation that their metadata say. */
export function codecOf(module: CodecModule): JpegCodec {
  return {
    decode(bytes) {
      const image = module.decode(bytes, false);
      if (image === null) throw new Error('nothing was decoded');
      return image;
    },
  };
}
