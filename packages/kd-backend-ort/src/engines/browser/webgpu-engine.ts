import type { DeviceInfo, ProbeResult } from 'kd-core';
import { type EngineSource, reasonOf, unavailable } from '../engine-source.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { runtimeEngine } from '../runtime-engine.ts';
import { tryEngine } from '../try-engine.ts';
import { missingWebRuntime, type WebRuntime } from '../wasm-engine.ts';
import { webgpuMissing, webgpuTarget } from '../webgpu-target.ts';

/** ONNX Runtime's WebGPU provider in a browser. */
export const webgpuEngine: EngineSource = {
  async probe(): Promise<ProbeResult> {
    try {
      const adapter = await requestAdapter();
      return {
        available: true,
        reason: isSoftware(adapter)
          ? 'the adapter is an emulation on the processor, slower than ort-wasm'
          : '',
        lastResort: isSoftware(adapter),
      };
    } catch (error) {
      return { available: false, reason: reasonOf(error) };
    }
  },
  open: openWebgpuEngine,
};

async function openWebgpuEngine(options: OrtOptions): Promise<OrtEngine> {
  const { info } = await requestAdapter();
  const runtime = await loadWebRuntime();
  if (options.wasmPaths !== undefined) runtime.env.wasm.wasmPaths = options.wasmPaths;
  const device: DeviceInfo = {
    vendor: info.vendor === '' ? 'webgpu' : info.vendor,
    name: [info.architecture, info.device, info.description].find((name) => name !== '') ?? 'default adapter',
    threads: 1,
    precision: 'float32',
    missing: webgpuMissing,
  };
  const sessionOptions = {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'all' as const,
    preferredOutputLocation: 'gpu-buffer' as const,
    logSeverityLevel: 3 as const,
  };
  const engine = runtimeEngine({ id: 'ort-webgpu', device, runtime, sessionOptions, target: webgpuTarget });
  await tryEngine(engine, "It must be able to load ONNX Runtime's .mjs and .wasm files: see 'wasmPaths'.");
  return engine;
}

/** The part of the WebGPU API that is used here. */
interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}

interface Adapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter: boolean;
  };
}

async function requestAdapter(): Promise<Adapter> {
  const { gpu } = navigator as unknown as { readonly gpu?: Gpu };
  const adapter = await gpu?.requestAdapter();
  if (adapter !== undefined && adapter !== null) return adapter;
  throw unavailable(
    'ort-webgpu',
    gpu === undefined
      ? 'this browser has no WebGPU, or the page is not a secure context (https or localhost).'
      : 'the browser offers no WebGPU adapter for this machine.',
  );
}

function isSoftware({ info }: Adapter): boolean {
  return info.isFallbackAdapter || info.architecture === 'swiftshader';
}

let loading: Promise<WebRuntime> | undefined;

async function loadWebRuntime(): Promise<WebRuntime> {
  loading ??= import('onnxruntime-web/webgpu').then((runtime) => ({
    ...oneAtATime(runtime),
    env: runtime.env,
  }));
  try {
    return await loading;
  } catch (cause) {
    loading = undefined;
    throw missingWebRuntime(cause);
  }
}
