import { KdError } from 'kd-core';

type NodeRuntime = typeof import('onnxruntime-node');

let loading: Promise<NodeRuntime> | undefined;

/** Loads onnxruntime-node once. Throws `BACKEND_UNAVAILABLE` when its native library cannot be loaded. */
export async function loadNodeRuntime(): Promise<NodeRuntime> {
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
