import { cpus } from 'node:os';
import type { DeviceInfo } from 'kd-core';
import { findChannelBlock } from './channel-block.ts';
import { type OrtOptions, sessionOptions, threadCount } from './cpu-options.ts';
import { loadNodeRuntime } from './node-runtime.ts';
import type { OrtEngine } from './ort-engine.ts';
import { runtimeEngine } from './runtime-engine.ts';

export const CPU_ENGINE_ID = 'ort-cpu';

/** ONNX Runtime's CPU provider of onnxruntime-node. */
export async function openCpuEngine(options: OrtOptions = {}): Promise<OrtEngine> {
  const device: DeviceInfo = {
    vendor: 'cpu',
    name: cpus()[0]?.model.trim() ?? 'unknown processor',
    threads: threadCount(options),
    precision: 'float32',
    missing: [],
  };
  const runtime = await loadNodeRuntime();
  const parts = { id: CPU_ENGINE_ID, device, runtime, sessionOptions: sessionOptions(options) };
  const plain = runtimeEngine({ ...parts, target: {} });
  if (options.blockedConvolutions === false) return plain;
  return { ...plain, target: { channelBlock: await findChannelBlock(plain) } };
}
