import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Backend, Compiled, DeviceTensor, InputLeaf, Model, ModelVariables, WithLeaves } from 'kd-core';

interface ForwardArguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

/** A network's forward pass in evaluation mode, compiled once per shape of the images. */
export interface CompiledForward {
  /** `images` [batch, height, width, channels] to logits [batch, classes], which the caller disposes. */
  logits(variables: ModelVariables<InputLeaf>, images: InputLeaf): Promise<DeviceTensor>;
  /** How many shapes have been compiled so far. */
  readonly compilations: number;
  dispose(): Promise<void>;
}

export interface CompileForwardOptions {
  readonly backend: Backend;
  readonly model: Model;
  /**
   * Whether all calls have the same variables, which a compiling backend then takes as constants: a faster program,
   * compiled anew for other variables. Default false.
   */
  readonly frozen?: boolean;
}

/** Compiles the logits of `model` for a backend. Dispose it after use. */
export function compileForward({ backend, model, frozen = false }: CompileForwardOptions): CompiledForward {
  const compiled: Compiled<ForwardArguments, { readonly logits: Tensor2D }> = backend.compile(
    ({ variables, images }: ForwardArguments) => ({
      logits: model.apply(variables, images, { train: false }).logits,
    }),
    { name: `${model.name} forward`, ...(frozen && { constants: ['variables'] }) },
  );
  return {
    async logits(variables, images) {
      const args = { variables, images } as unknown as WithLeaves<ForwardArguments, InputLeaf>;
      return (await compiled(args)).logits;
    },
    get compilations() {
      return compiled.compilations;
    },
    dispose: () => compiled.dispose(),
  };
}
