import { supplyExplicitPadding } from '../native/supply-explicit-padding.ts';
import { importNative, isNode } from './import-native.ts';
import type { TfjsBackendId, TfjsRuntime } from './tfjs-runtime.ts';
import { unavailable } from './unavailable.ts';

/** The part of tfjs-node's `NodeJSKernelBackend` that is used here. */
interface NativeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

let loadedPackage: string | undefined;

/** TensorFlow's own kernels on the processor. */
export const nodeRuntime: TfjsRuntime = nativeRuntime('tfjs-node', '@tensorflow/tfjs-node', 20);

/** TensorFlow's own kernels on an NVIDIA GPU. */
export const cudaRuntime: TfjsRuntime = nativeRuntime('tfjs-cuda', '@tensorflow/tfjs-node-gpu', 80);

function nativeRuntime(id: TfjsBackendId, packageName: string, priority: number): TfjsRuntime {
  return {
    id,
    tfjsName: 'tensorflow',
    priority,
    async register() {
      if (!isNode()) throw unavailable(`${packageName} runs in Node.js only.`);
      if (loadedPackage !== undefined && loadedPackage !== packageName) {
        throw unavailable(
          `A process can hold one TensorFlow, and ${loadedPackage} has loaded its own. Use another process.`,
        );
      }
      restoreRemovedUtilities();
      // TensorFlow reads it when it loads; 1 leaves out remarks about the build.
      process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
      await importNative(packageName);
      loadedPackage = packageName;
      supplyExplicitPadding();
    },
    async describe(backend) {
      const { isUsingGpuDevice, binding } = backend as unknown as NativeBackend;
      if (id === 'tfjs-cuda' && !isUsingGpuDevice) {
        throw unavailable(
          `TensorFlow ${binding.TF_Version} found no GPU. It needs an NVIDIA driver, and the CUDA and cuDNN of that TensorFlow.`,
        );
      }
      return {
        vendor: isUsingGpuDevice ? 'nvidia' : 'tensorflow',
        name: `TensorFlow ${binding.TF_Version}`,
        threads: globalThis.navigator.hardwareConcurrency,
        precision: 'float32',
        missing: [],
      };
    },
  };
}

/** tfjs-node 4.22 calls two functions of `node:util` that Node 23 removed. */
function restoreRemovedUtilities(): void {
  const utilities = process.getBuiltinModule('node:util') as unknown as Record<string, unknown>;
  utilities.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  utilities.isArray ??= Array.isArray;
}
