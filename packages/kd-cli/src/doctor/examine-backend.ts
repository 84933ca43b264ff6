// The program of a child process: tries one backend, so that whatever its libraries do, the parent lives on.
import type { BackendProvider } from 'kd-core';
import { backendProviders } from '../backends.ts';
import type { Examination } from './examination.ts';
import { measureSteps } from './measure-steps.ts';

const provider = backendProviders({}).find(({ id }) => id === process.argv[2])!;
// Libraries keep a process alive, and the answer has been given.
process.send!(await examine(provider), () => process.exit());

async function examine(provider: BackendProvider): Promise<Examination> {
  const { available, reason, lastResort = false } = await provider.probe();
  if (!available) return { available, reason, lastResort };
  try {
    const backend = await provider.create();
    return {
      available,
      reason,
      lastResort,
      device: backend.device,
      stepsPerSecond: await measureSteps(backend),
    };
  } catch (error) {
    return { available: false, reason: `it fails at training: ${(error as Error).message}`, lastResort };
  }
}
