import { type DeviceInfo, KdError, requireArgument } from 'kd-core';
import type { Env } from 'onnxruntime-common';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtOptions } from './ort-options.ts';
import { type OrtRuntime, runtimeEngine } from './runtime-engine.ts';
import { tryEngine } from './try-engine.ts';

/** What onnxruntime-web exports, in any of its builds. */
export interface WebRuntime extends OrtRuntime {
  readonly env: Env;
}

export interface WasmPlatform {
  /** What computes, for people. */
  readonly processor: string;
  readonly threads: number;
  /** Why there are no more threads, where that can be helped. */
  readonly missing: readonly string[];
}

/**
 * The CPU provider of onnxruntime-web, compiled to WebAssembly. The module is started by the first engine, with that
 * engine's threads; another number afterwards is `INVALID_ARGUMENT`.
 */
export async function openWasm(
  runtime: WebRuntime,
  options: OrtOptions,
  platform: WasmPlatform,
): Promise<OrtEngine> {
  const { wasm } = runtime.env;
  const started = startedThreads.get(wasm);
  requireArgument(
    started === undefined || options.threads === undefined || started === platform.threads,
    () =>
      `ort-wasm already runs with ${started} threads here, which all its sessions share; it cannot be opened with ${platform.threads}.`,
  );
  const threads = started ?? platform.threads;
  startedThreads.set(wasm, threads);
  wasm.numThreads = threads;
  if (options.wasmPaths !== undefined) wasm.wasmPaths = options.wasmPaths;
  const device: DeviceInfo = {
    vendor: 'cpu',
    name: platform.processor,
    threads,
    precision: 'float32',
    missing: platform.missing,
  };
  const sessionOptions = {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all' as const,
    executionMode: 'sequential' as const,
    logSeverityLevel: 3 as const,
  };
  const engine = runtimeEngine({
    id: 'ort-wasm',
    device,
    runtime,
    sessionOptions,
    target: { minimalFiltering: true, branchingClips: true },
  });
  await tryEngine(
    engine,
    "In a browser it must be able to load ONNX Runtime's .mjs and .wasm files: see 'wasmPaths'.",
  );
  return engine;
}

const startedThreads = new WeakMap<Env.WebAssemblyFlags, number>();

/** The typed error for a program that asks for the web build without having installed it. */
export function missingWebRuntime(cause: unknown): KdError {
  return new KdError(
    'BACKEND_UNAVAILABLE',
    `onnxruntime-web cannot be loaded: ${(cause as Error).message}. Install it beside kd-backend-ort: npm install onnxruntime-web`,
    { cause },
  );
}
