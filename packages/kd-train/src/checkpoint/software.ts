import { version_core } from '@tensorflow/tfjs-core';
import type { Backend } from 'kd-core';
import { version } from '../version.ts';

/** What computes a run, and the `versions` that its user adds: kept in checkpoints, because other software may round otherwise. */
export function softwareOf(
  { id, device }: Backend,
  versions: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  return {
    ...versions,
    'kd-train': version,
    '@tensorflow/tfjs-core': version_core,
    runtime: runtimeName(),
    backend: id,
    device: `${device.name}, ${device.precision}`,
  };
}

/** `name: was, is now` of every version that both name and that differs. */
export function softwareDifferences(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(before).flatMap(([name, was]) =>
    Object.hasOwn(now, name) && now[name] !== was ? [`${name} ${was}, now ${now[name]}`] : [],
  );
}

function runtimeName(): string {
  return typeof process === 'undefined' ? navigator.userAgent : `Node ${process.version}`;
}
