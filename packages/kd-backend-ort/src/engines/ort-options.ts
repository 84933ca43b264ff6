/** The engines by id: an execution provider of a build of ONNX Runtime each. */
export type OrtEngineId = 'ort-cpu' | 'ort-cuda' | 'ort-webgpu' | 'ort-wasm';

/** Where a browser finds ONNX Runtime's `.mjs` and `.wasm` files: the folder, or each file. */
export type WasmPaths = string | { readonly mjs?: string | URL; readonly wasm?: string | URL };

export interface OrtOptions {
  /** Default: `ort-cpu` in Node, `ort-wasm` in browsers. */
  readonly engine?: OrtEngineId;
  /**
   * Threads of one session; by default all that the process may use. Browsers give `ort-wasm` more than one only on
   * pages that are cross-origin isolated, and all its sessions share the number that the first one was opened with.
   */
  readonly threads?: number;
  /**
   * Whether idle threads wait actively for the next operator, for up to 50 microseconds (native engines only). It
   * shortens the steps of large networks by a fifteenth and of small ones by a fifth while the process has its cores for
   * itself; where it shares them, large steps take a fifth longer. By default `ort-cpu` decides for each compiled
   * function: yes where, when it is compiled, other processes leave it as many cores as it has threads.
   */
  readonly spinning?: boolean;
  /**
   * Whether compiled functions may use the blocked convolutions that ONNX Runtime keeps for itself (default true;
   * `ort-cpu` only). They are faster, and are used only where a trial at start-up gives the same numbers as plain ones.
   */
  readonly blockedConvolutions?: boolean;
  /**
   * In which precision compiled functions compute convolutions and matrix products (default float32). With float16 their
   * operands and results are rounded to it, and everything else stays float32: weights, statistics, losses. Faster on
   * GPUs that have float16; on the CPU engines correct but slower. Gradients may then need a `lossScale` in training.
   */
  readonly precision?: 'float32' | 'float16';
  /** For browsers whose bundler does not put ONNX Runtime's files beside the program. */
  readonly wasmPaths?: WasmPaths;
}
