import { findBackendFactory } from '@tensorflow/tfjs-core';
import { provideGpu } from './provide-gpu.ts';
import type { TfjsRuntime } from './tfjs-runtime.ts';
import { missingPeer, unavailable } from './unavailable.ts';

/** The part of tfjs's `WebGPUBackend` that is used here. */
interface WebgpuBackend {
  readonly device: {
    readonly adapterInfo?: {
      readonly vendor: string;
      readonly architecture: string;
      readonly description: string;
    };
  };
}

const packageName = '@tensorflow/tfjs-backend-webgpu';

/** tfjs's WebGPU kernels: natively in browsers, on Dawn in Node. */
export const webgpuRuntime: TfjsRuntime = {
  id: 'tfjs-webgpu',
  tfjsName: 'webgpu',
  priority: 35,
  async register() {
    await provideGpu();
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (error) {
      throw missingPeer(packageName, error);
    }
    if (findBackendFactory('webgpu') === null) {
      throw unavailable(
        `${packageName} was imported before there was a WebGPU, and registered nothing. Create this backend first.`,
      );
    }
  },
  async describe(backend) {
    const info = (backend as unknown as WebgpuBackend).device.adapterInfo;
    const name = info?.description || info?.architecture || 'an adapter that does not say its name';
    const emulated = /swiftshader|llvmpipe|basic render/i.test(`${name} ${info?.architecture}`);
    return {
      vendor: info?.vendor || 'webgpu',
      name,
      threads: 1,
      precision: 'float32',
      missing: emulated ? ['the GPU is emulated in software, which is slower than any other backend'] : [],
    };
  },
};
