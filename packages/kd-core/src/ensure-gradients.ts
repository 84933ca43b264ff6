let loading: Promise<unknown> | undefined;

/** Registers tfjs-core's gradient functions, once. Backends call this in `init()`. */
export async function ensureGradients(): Promise<void> {
  loading ??= import('kd-core/gradients');
  await loading;
}
