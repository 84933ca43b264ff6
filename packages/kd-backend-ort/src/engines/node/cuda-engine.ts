import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { DeviceInfo } from 'kd-core';
import { type EngineSource, probeByOpening, unavailable } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { runtimeEngine } from '../runtime-engine.ts';
import { tryEngine } from '../try-engine.ts';
import { nativeOptions, threadCount } from './native-options.ts';
import { loadNativeRuntime } from './native-runtime.ts';

const LIBRARY = 'libonnxruntime_providers_cuda.so';

/** The CUDA provider of onnxruntime-node; its library is an add-on that the package's install script downloads. */
export const cudaEngine: EngineSource = {
  probe: () => probeByOpening(() => openCudaEngine({})),
  open: openCudaEngine,
};

async function openCudaEngine(options: OrtOptions): Promise<OrtEngine> {
  const runtime = await loadNativeRuntime();
  const missing = missingLibrary();
  if (missing !== undefined) throw unavailable('ort-cuda', missing);
  const device: DeviceInfo = {
    vendor: 'nvidia',
    name: 'CUDA device 0',
    threads: threadCount(options),
    precision: 'float32',
    missing: [
      'state crosses to host memory between steps: onnxruntime-node keeps results on WebGPU devices only',
    ],
  };
  const sessionOptions = { ...nativeOptions(options), executionProviders: ['cuda', 'cpu'] };
  const engine = runtimeEngine({ id: 'ort-cuda', device, runtime, sessionOptions, target: {} });
  await tryEngine(
    engine,
    'It needs an NVIDIA driver, and the libraries of CUDA 12 and cuDNN 9 where the loader finds them (LD_LIBRARY_PATH).',
  );
  return engine;
}

/** What has to be installed before it makes sense to try; undefined when the add-on is there. */
function missingLibrary(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `onnxruntime-node has CUDA for Linux on x64 only, and this is ${process.platform} on ${process.arch}.`;
  }
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  const folder = join(dirname(entry), '..');
  if (existsSync(join(folder, 'bin', 'napi-v6', 'linux', 'x64', LIBRARY))) return undefined;
  return (
    `${LIBRARY} is not installed. It is an add-on of onnxruntime-node for CUDA 12, which its install script downloads ` +
    `from nuget.org: node ${join(folder, 'script', 'install.js')} --onnxruntime-node-install=cuda12`
  );
}
