import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { packageVersion } from './version.ts';

/** Facts about the machine and the software on it. */
export interface Environment {
  readonly kd: string;
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** Threads that this process may use. */
  readonly threads: number;
  readonly memoryBytes: number;
  /** Of onnxruntime-node; absent when it is not installed. */
  readonly onnxRuntime?: string;
  /** Versions by package name. */
  readonly packages: Readonly<Record<string, string>>;
}

const packages = [
  'kd-core',
  'kd-models',
  'kd-data',
  'kd-train',
  'kd-export',
  'kd-backend-ort',
  'kd-backend-tfjs',
  '@tensorflow/tfjs-core',
];

export function readEnvironment(): Environment {
  const backend = folderOf('kd-backend-ort');
  // Dependencies of the backend, so found from there.
  const onnxRuntime = versionOf('onnxruntime-node', backend);
  const found = [
    ...packages.map((name) => [name, versionOf(name)] as const),
    ['kd-onnx', versionOf('kd-onnx', backend)] as const,
  ];
  const versions = found.flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version] as const],
  );
  return {
    kd: packageVersion(),
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads: availableParallelism(),
    memoryBytes: totalmem(),
    ...(onnxRuntime !== undefined && { onnxRuntime }),
    packages: Object.fromEntries(versions.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

function versionOf(name: string, from?: string): string | undefined {
  const folder = folderOf(name, from);
  if (folder === undefined) return undefined;
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: string }).version;
}

/** Where a package lies, by Node's search through node_modules; its entry need not exist, as before a build. */
function folderOf(name: string, from: string = dirname(import.meta.filename)): string | undefined {
  const paths = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  return paths.map((path) => join(path, name)).find((folder) => existsSync(join(folder, 'package.json')));
}
