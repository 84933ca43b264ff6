import type { Classifier } from '../model.ts';
import type { Initializer } from './initializer.ts';

/** Of one image: [height, width, channels] or [features]. */
export type Shape = readonly number[];

/** What a variable is in a layer, which decides how other frameworks order its axes. */
export type VariableLayout =
  /** [kh, kw, in / groups, out] */
  | 'convolution'
  /** [kh, kw, channels, 1] */
  | 'depthwise'
  /** [k, k, out, in] */
  | 'transposedConvolution'
  /** [in, out] */
  | 'dense'
  /** [channels] */
  | 'vector';

export interface VariableDescription {
  /** `stage1/0/conv1/kernel`. */
  readonly path: string;
  /** `param` is trained, `state` is a running statistic, `frozen` is stored with the state and never changes. */
  readonly kind: 'param' | 'state' | 'frozen';
  readonly layout: VariableLayout;
  readonly shape: Shape;
  readonly initializer: Initializer;
}

export interface NetworkDescription {
  readonly variables: readonly VariableDescription[];
  readonly macs: number;
  /** Elements of all layer outputs: convolutions, norms, activations, sums, pools, dense layers, copies of channels. */
  readonly activationElements: number;
  readonly taps: Readonly<Record<string, Shape>>;
  /**
   * Path of the batch norm that gives a tap, or the body of the sum that is the tap: `stage1/2/norm2` for
   * `stage1.preactivation` of a residual network.
   */
  readonly tapNorms: Readonly<Record<string, string>>;
  readonly outputShape: Shape;
  /** The dense layer that gives the output, where its input is a tap. */
  readonly classifier?: Classifier;
}
