import { registerBackend, setBackend } from '@tensorflow/tfjs-core';
import { ensureGradients } from 'kd-core';
import { openEngine } from '../../engines/open-engine.ts';
import { CpuKernels } from '../cpu-kernels.ts';
import { LazyBackend } from '../lazy-backend.ts';
import { DEFAULT_LIMITS, type LazyLimits } from '../lazy-limits.ts';
import { registerKernels } from '../register-tfjs-backend.ts';
import { type EngineLog, watchedEngine } from './watched-engine.ts';

export interface LazyBackendUnderTest {
  /** What tfjs knows it by. */
  readonly name: string;
  readonly log: EngineLog;
  /** The kernels and operators that plain JavaScript computed, one entry a use. */
  readonly fallbacks: string[];
}

let created = 0;

/** A new lazy backend on `ort-cpu`, made tfjs's current one. */
export async function startLazyBackend(
  options: { refuse?: () => Error | undefined; limits?: Partial<LazyLimits> } = {},
): Promise<LazyBackendUnderTest> {
  const [opened, cpuKernels] = await Promise.all([
    openEngine({ engine: 'ort-cpu', threads: 1 }),
    CpuKernels.load(),
    ensureGradients(),
  ]);
  const { engine, log } = watchedEngine(opened, options.refuse);
  const fallbacks: string[] = [];
  const name = `lazy-${created++}`;
  registerKernels(name, cpuKernels);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  registerBackend(
    name,
    () => new LazyBackend({ engine, cpuKernels, limits, onFallback: (subject) => fallbacks.push(subject) }),
  );
  await setBackend(name);
  return { name, log, fallbacks };
}
