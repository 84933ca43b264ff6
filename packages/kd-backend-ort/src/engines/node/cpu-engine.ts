import type { DeviceInfo } from 'kd-core';
import { findChannelBlock } from '../channel-block.ts';
import { type EngineSource, probeByOpening } from '../engine-source.ts';
import type { OrtEngine } from '../ort-engine.ts';
import type { OrtOptions } from '../ort-options.ts';
import { runtimeEngine } from '../runtime-engine.ts';
import { CoreWatch } from './core-watch.ts';
import { nativeOptions, processorName, threadCount } from './native-options.ts';
import { loadNativeRuntime } from './native-runtime.ts';

/** The CPU provider of onnxruntime-node; its library is part of the npm package. */
export const cpuEngine: EngineSource = {
  probe: () => probeByOpening(loadNativeRuntime),
  open: openCpuEngine,
};

/** What counting in ticks may miss of a core that is free. */
const TOLERANCE = 0.4;

async function openCpuEngine(options: OrtOptions): Promise<OrtEngine> {
  const watch = new CoreWatch();
  const threads = threadCount(options);
  const device: DeviceInfo = {
    vendor: 'cpu',
    name: processorName(),
    threads,
    precision: 'float32',
    missing: [],
  };
  const runtime = await loadNativeRuntime();
  const withSpinning = (spinning: boolean): OrtEngine =>
    runtimeEngine({
      id: 'ort-cpu',
      device,
      runtime,
      sessionOptions: { ...nativeOptions({ ...options, spinning }), executionProviders: ['cpu'] },
      target: {},
    });
  const passive = withSpinning(false);
  const active = withSpinning(true);
  const isActive = async (): Promise<boolean> =>
    options.spinning ?? (await watch.freeCores()) >= threads - TOLERANCE;
  const engine: OrtEngine = {
    ...passive,
    load: async (...model) => ((await isActive()) ? active : passive).load(...model),
  };
  if (options.blockedConvolutions === false) return engine;
  return { ...engine, target: { channelBlock: await findChannelBlock(passive) } };
}
