import { type FrozenModel, type HostTensor, KdError, requireArgument } from 'kd-core';
import { externalLocations, loadExternalData, type OnnxModel, withFloatInput, withOutputs } from 'kd-onnx';
import { openEngine } from '../engines/open-engine.ts';
import { Lifetime } from '../lifetime.ts';
import { fingerprint } from './fingerprint.ts';
import { type GraphRunner, probeOutputs, runGraph } from './graph-runner.ts';
import type { OnnxModelOptions } from './onnx-model-options.ts';
import type { OpenedSource } from './onnx-source.ts';
import { type OnnxNetwork, requireClasses } from './read-network.ts';

/** Loads the network's graph in a session of its own and runs it once. Throws as `onnxModel` does. */
export async function frozenOnnxModel(
  opened: OpenedSource,
  model: OnnxModel,
  network: OnnxNetwork,
  options: OnnxModelOptions,
): Promise<FrozenModel> {
  const { name, input, logits, taps } = network;
  const externalData = await readExternalData(model, opened);
  const tensors = Object.values(taps).map(({ tensor }) => tensor);
  const { bytes, feed } = withFloatInput(withOutputs(opened.bytes, [logits, ...tensors]), input.name);
  const engine = await openEngine({ ...options, blockedConvolutions: false });
  const session = await engine.load(bytes, {
    name,
    resultsOnHost: true,
    foldConstants: true,
    ...(externalData.length > 0 && { externalData }),
  });
  const runner: GraphRunner = { engine, session, network, feed };
  try {
    const forms = await probeOutputs(runner);
    const [classes] = forms.logits.shape as [number];
    requireClasses(name, classes, options.classes);
    const parts = [opened.bytes, ...externalData.map(({ data }) => data)];
    const print = await fingerprint(parts, JSON.stringify({ ...network, name: '' }));
    const lifetime = new Lifetime();
    return {
      name,
      ...(print !== undefined && { fingerprint: print }),
      inputShape: input.shape,
      classes,
      taps: Object.fromEntries(Object.entries(forms.taps).map(([tap, { shape }]) => [tap, shape])),
      async run(images) {
        requireArgument(!lifetime.isOver, () => `'${name}' has been disposed. Open the file again.`);
        requireImages(images, input.shape, name);
        return lifetime.during(() => runGraph(runner, forms, images));
      },
      dispose: () => lifetime.end(() => session.release()),
    };
  } catch (cause) {
    await session.release();
    throw cause;
  }
}

/** The other files, each as large as the file says. */
async function readExternalData(
  model: OnnxModel,
  { externalData: source }: OpenedSource,
): Promise<readonly { readonly path: string; readonly data: Uint8Array }[]> {
  const locations = externalLocations(model);
  if (locations.length === 0) return [];
  if (source === undefined) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `Data of this ONNX file are in other files: ${locations.join(', ')}. Give them as externalData.`,
      { details: { locations } },
    );
  }
  const files: { path: string; data: Uint8Array }[] = [];
  for (const path of locations) {
    const file = await source(path);
    files.push({ path, data: file instanceof Uint8Array ? file : new Uint8Array(await file.arrayBuffer()) });
  }
  await loadExternalData(model, (location) => files.find(({ path }) => path === location)!.data);
  return files;
}

function requireImages(images: HostTensor, shape: readonly number[], name: string): void {
  const [batch, ...image] = images.shape;
  if (batch !== undefined && batch > 0 && images.dtype === 'float32' && String(image) === String(shape))
    return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `'${name}' takes float32 images [batch, ${shape.join(', ')}], but got ${images.dtype} [${images.shape.join(', ')}].`,
  );
}
