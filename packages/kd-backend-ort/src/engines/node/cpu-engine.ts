import type { DeviceInfo } from 'kd-core';
import { findChannelBlock } from '../channel-block.ts';
import { type EngineSource, probeByOpening } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { runtimeEngine } from '../runtime-engine.ts';
import { nativeOptions, processorName, threadCount } from './native-options.ts';
import { loadNativeRuntime } from './native-runtime.ts';

/** The CPU provider of onnxruntime-node; its library is part of the npm package. */
export const cpuEngine: EngineSource = {
  probe: () => probeByOpening(loadNativeRuntime),
  open: openCpuEngine,
};

async function openCpuEngine(options: OrtOptions): Promise<OrtEngine> {
  const device: DeviceInfo = {
    vendor: 'cpu',
    name: processorName(),
    threads: threadCount(options),
    precision: 'float32',
    missing: [],
  };
  const sessionOptions = { ...nativeOptions(options), executionProviders: ['cpu'] };
  const runtime = await loadNativeRuntime();
  const plain = runtimeEngine({ id: 'ort-cpu', device, runtime, sessionOptions, target: {} });
  if (options.blockedConvolutions === false) return plain;
  return { ...plain, target: { channelBlock: await findChannelBlock(plain) } };
}
