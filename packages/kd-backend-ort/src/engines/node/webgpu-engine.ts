import type { DeviceInfo } from 'kd-core';
import { type EngineSource, probeByOpening } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { runtimeEngine } from '../runtime-engine.ts';
import { tryEngine } from '../try-engine.ts';
import { webgpuMissing, webgpuTarget } from '../webgpu-target.ts';
import { nativeOptions, threadCount } from './native-options.ts';
import { loadNativeRuntime } from './native-runtime.ts';

/** The WebGPU provider of onnxruntime-node: Dawn on Vulkan, Metal or Direct3D 12, part of the npm package. */
export const webgpuEngine: EngineSource = {
  probe: () => probeByOpening(() => openWebgpuEngine({})),
  open: openWebgpuEngine,
};

async function openWebgpuEngine(options: OrtOptions): Promise<OrtEngine> {
  const device: DeviceInfo = {
    vendor: 'webgpu',
    name: 'default adapter',
    threads: threadCount(options),
    precision: 'float32',
    missing: webgpuMissing,
  };
  const runtime = await loadNativeRuntime();
  const sessionOptions = {
    ...nativeOptions(options),
    executionProviders: ['webgpu', 'cpu'],
    preferredOutputLocation: 'gpu-buffer' as const,
  };
  const engine = runtimeEngine({ id: 'ort-webgpu', device, runtime, sessionOptions, target: webgpuTarget });
  await tryEngine(engine, needs[process.platform] ?? needs.linux!);
  return engine;
}

const needs: Readonly<Record<string, string>> = {
  linux:
    'It needs a GPU with a Vulkan driver, and the Vulkan loader (libvulkan.so.1; Debian: apt-get install libvulkan1).',
  darwin: 'It needs a GPU that Metal supports.',
  win32: 'It needs a GPU with a driver for Direct3D 12.',
};
