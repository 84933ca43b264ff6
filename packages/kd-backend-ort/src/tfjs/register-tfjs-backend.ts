import {
  findBackendFactory,
  getKernel,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
} from '@tensorflow/tfjs-core';
import { ensureGradients } from 'kd-core';
import { lowerings } from 'kd-onnx';
import { engineSource, openEngine } from '../engines/open-engine.ts';
import type { OrtEngineId, OrtOptions } from '../engines/ort-options.ts';
import { CpuKernels } from './cpu-kernels.ts';
import type { KernelInputs } from './kernel-inputs.ts';
import { LazyBackend } from './lazy-backend.ts';
import { DEFAULT_LIMITS } from './lazy-limits.ts';
import type { LazyRuntimeParts } from './lazy-runtime.ts';

type EngineOptions = Omit<OrtOptions, 'engine'>;

/** How each registered engine is opened, once. */
const openings = new Map<OrtEngineId, () => Promise<LazyRuntimeParts>>();

/**
 * Makes an engine known to tfjs under its id, so that `await tf.setBackend(id)` runs tfjs programs on it. Nothing is
 * loaded before that. Of several registrations of an id the first one counts.
 *
 * Throws `BACKEND_UNAVAILABLE` for an unknown id.
 */
export function registerTfjsBackend(id: OrtEngineId, options: EngineOptions = {}): void {
  engineSource(id);
  if (findBackendFactory(id) != null) return;
  let opening: Promise<LazyRuntimeParts> | undefined;
  const open = (): Promise<LazyRuntimeParts> => {
    opening ??= load(id, options);
    return opening;
  };
  openings.set(id, open);
  registerBackend(id, async () => new LazyBackend(await open()));
}

/**
 * Makes an engine tfjs's current backend: from here on every tfjs program runs on ONNX Runtime, lazily. Throws
 * `BACKEND_UNAVAILABLE` with what is missing where the engine cannot be opened.
 */
export async function useBackend(id: OrtEngineId, options: EngineOptions = {}): Promise<void> {
  registerTfjsBackend(id, options);
  try {
    // tfjs would print the reason of a failure, and drop it.
    await openings.get(id)?.();
  } catch (error) {
    removeBackend(id);
    throw error;
  }
  await setBackend(id);
}

async function load(id: OrtEngineId, options: EngineOptions): Promise<LazyRuntimeParts> {
  const [opened, cpuKernels] = await Promise.all([
    openEngine({ ...options, engine: id }),
    CpuKernels.load(),
    ensureGradients(),
  ]);
  registerKernels(id, cpuKernels);
  return { engine: opened, cpuKernels, onFallback: warnOnce(id), limits: DEFAULT_LIMITS };
}

/** Registers the kernels of a `LazyBackend` under a tfjs backend name: all that have a lowering or run on the CPU. */
export function registerKernels(backendName: string, cpuKernels: CpuKernels): void {
  for (const kernelName of new Set([...Object.keys(lowerings), ...cpuKernels.names])) {
    if (getKernel(kernelName, backendName) != null) continue;
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, backend, attrs }) =>
        (backend as LazyBackend).runKernel(kernelName, inputs as unknown as KernelInputs, attrs ?? {}),
    });
  }
}

/** Warns of each subject once. */
function warnOnce(id: string): LazyRuntimeParts['onFallback'] {
  const warned = new Set<string>();
  return (subject, reason) => {
    if (warned.has(subject)) return;
    warned.add(subject);
    console.warn(`kd-backend-ort: ${reason}; ${id} leaves it to tfjs's plain JavaScript, which is slow.`);
  };
}
