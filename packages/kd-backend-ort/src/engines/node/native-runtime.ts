import { KdError } from 'kd-core';

export type NativeRuntime = typeof import('onnxruntime-node');

let loading: Promise<NativeRuntime> | undefined;

/** Loads onnxruntime-node once. Throws `BACKEND_UNAVAILABLE` when its native library cannot be loaded. */
export async function loadNativeRuntime(): Promise<NativeRuntime> {
  loading ??= import('onnxruntime-node');
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `onnxruntime-node cannot be loaded on ${process.platform}-${process.arch}: ${(cause as Error).message}. Reinstall it, or use another backend.`,
      { cause },
    );
  }
}
