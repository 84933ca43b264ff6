import { readEnvironment } from '../environment.ts';

/** Versions of all software that computes a run, by name, as its checkpoints hold them. */
export function softwareVersions(): Readonly<Record<string, string>> {
  const { packages, onnxRuntime } = readEnvironment();
  return { ...packages, ...(onnxRuntime !== undefined && { 'onnxruntime-node': onnxRuntime }) };
}
