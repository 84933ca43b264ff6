import type { OrtOptions } from '../engines/ort-options.ts';
import type { ImageLayout } from './image-input.ts';
import type { ExternalData } from './onnx-source.ts';
import type { PixelScale, Preprocessing } from './preprocessing.ts';

export interface OnnxModelOptions extends Pick<OrtOptions, 'engine' | 'threads' | 'spinning' | 'wasmPaths'> {
  /** Shown in errors and reports; default: the file's name, or the graph's. */
  readonly name?: string;
  /** Name of the graph's input, to be sure of it; a graph with several is refused. */
  readonly input?: string;
  /**
   * Name of the value that holds the logits: an output or any other value. Default: the graph's only output, or what its
   * softmax is applied to where that is the last operator.
   */
  readonly logits?: string;
  /** Name of the graph's value for each tap. */
  readonly taps?: Readonly<Record<string, string>>;
  /** [height, width, channels], needed where the file leaves them open. */
  readonly inputShape?: readonly [number, number, number];
  /** Needed where the input's shape does not tell it by 1 or 3 channels. */
  readonly layout?: ImageLayout;
  /** Images in one run, for files that state none but work for one number only. */
  readonly batchSize?: number;
  /** Checked, where it is given. */
  readonly classes?: number;
  /** What the numbers of the loader's images mean; default: pixels in [0, 1]. Give what the loader's `normalize` was given. */
  readonly images?: PixelScale;
  /**
   * What the network takes. Default: what the file's metadata say; where they say nothing, bytes for an input of bytes, and
   * the loader's numbers as they are for any other.
   */
  readonly preprocessing?: Preprocessing;
  /** Files that hold data of the file's tensors; for a path, those beside it are the default. */
  readonly externalData?: ExternalData;
}

/** As for a frozen model, without what its session needs. */
export interface DifferentiableOnnxModelOptions
  extends Omit<OnnxModelOptions, 'engine' | 'threads' | 'spinning' | 'wasmPaths'> {
  readonly differentiable: true;
}
