import { findBackend, getBackend, setBackend } from '@tensorflow/tfjs-core';
import { type DeviceInfo, ensureGradients } from 'kd-core';
import type { TfjsRuntime } from './tfjs-runtime.ts';
import { unavailable } from './unavailable.ts';

/**
 * Registers and initialises a runtime, and gives tfjs back the backend that it had. From here on switching to the
 * runtime is synchronous.
 */
export async function openRuntime({ tfjsName, register, describe }: TfjsRuntime): Promise<DeviceInfo> {
  // tfjs declares a string, and gives none of its own while it has no backend.
  const previous: string | null | undefined = getBackend();
  try {
    await ensureGradients();
    await register();
    if (!(await setBackend(tfjsName))) {
      throw unavailable(`tfjs could not initialise its backend '${tfjsName}', and has printed why.`);
    }
    return await describe(findBackend(tfjsName));
  } finally {
    if (previous && previous !== getBackend()) await setBackend(previous);
  }
}
