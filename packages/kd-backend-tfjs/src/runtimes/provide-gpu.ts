import { importNative, isNode } from './import-native.ts';
import { unavailable } from './unavailable.ts';

/** The part of the WebGPU interface that is used here. */
interface Gpu {
  requestAdapter(): Promise<object | null>;
}

interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const guidance = isNode()
  ? 'It needs a GPU with a driver for Vulkan (on Linux with the loader libvulkan.so.1), Metal or Direct3D 12.'
  : 'Use a browser with WebGPU switched on, on a page served by https or from localhost.';

/**
 * Makes sure that `navigator.gpu` exists and has an adapter: browsers bring it, Node takes Dawn from the package
 * `webgpu`. Throws `BACKEND_UNAVAILABLE`.
 */
export async function provideGpu(): Promise<void> {
  const { navigator } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  const gpu = navigator?.gpu ?? (isNode() ? await installDawn() : undefined);
  if (gpu === undefined) throw unavailable(`There is no WebGPU here. ${guidance}`);
  if ((await gpu.requestAdapter()) === null) throw unavailable(`WebGPU found no GPU. ${guidance}`);
}

/** Gives Node the globals that browsers have; tfjs looks for them there. */
async function installDawn(): Promise<Gpu> {
  const { create, globals } = (await importNative('webgpu')) as Dawn;
  const gpu = create([]);
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  return gpu;
}
