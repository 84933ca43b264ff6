import { type FrozenModel, type HostTensor, KdError, requireArgument } from 'kd-core';
import {
  decodeModel,
  externalLocations,
  loadExternalData,
  type OnnxModel,
  withFloatInput,
  withOutputs,
} from 'kd-onnx';
import { openEngine } from '../engines/open-engine.ts';
import type { OrtOptions } from '../engines/ort-options.ts';
import { Lifetime } from '../lifetime.ts';
import { chooseValues } from './choose-values.ts';
import { fingerprint } from './fingerprint.ts';
import { type GraphRunner, probeOutputs, runGraph } from './graph-runner.ts';
import { type ImageInput, type ImageLayout, imageInput } from './image-input.ts';
import { type ExternalData, type OnnxSource, type OpenedSource, openSource } from './onnx-source.ts';
import {
  imageMetadata,
  type PixelMap,
  type PixelScale,
  type Preprocessing,
  pixelMap,
} from './preprocessing.ts';
import { mapLayout } from './tap-layout.ts';

export interface OnnxModelOptions extends Pick<OrtOptions, 'engine' | 'threads' | 'spinning' | 'wasmPaths'> {
  /** Shown in errors and reports; default: the file's name, or the graph's. */
  readonly name?: string;
  /** Name of the graph's input, to be sure of it; a graph with several is refused. */
  readonly input?: string;
  /**
   * Name of the value that holds the logits: an output or any other value. Default: the graph's only output, or what its
   * softmax is applied to where that is the last operator.
   */
  readonly logits?: string;
  /** Name of the graph's value for each tap. */
  readonly taps?: Readonly<Record<string, string>>;
  /** [height, width, channels], needed where the file leaves them open. */
  readonly inputShape?: readonly [number, number, number];
  /** Needed where the input's shape does not tell it by 1 or 3 channels. */
  readonly layout?: ImageLayout;
  /** Images in one run, for files that state none but work for one number only. */
  readonly batchSize?: number;
  /** Checked, where it is given. */
  readonly classes?: number;
  /** What the numbers of the loader's images mean; default: pixels in [0, 1]. Give what the loader's `normalize` was given. */
  readonly images?: PixelScale;
  /**
   * What the network takes. Default: what the file's metadata say; where they say nothing, bytes for an input of bytes, and
   * the loader's numbers as they are for any other.
   */
  readonly preprocessing?: Preprocessing;
  /** Files that hold data of the file's tensors; for a path, those beside it are the default. */
  readonly externalData?: ExternalData;
}

/**
 * An ONNX file as a frozen model, run by ONNX Runtime in a session of its own: a teacher from PyTorch, TensorFlow, or anywhere
 * else. It takes images as loaders give them, [batch, height, width, channels], whatever the file's layout, element type and
 * batch size are; maps among its taps come back as [batch, height, width, channels]. Loading runs it once, on zeros.
 *
 * Throws `INVALID_ARGUMENT` with what was found when the file is no such model, `PARSE` when it is damaged, `STORAGE` when there
 * is no such file, `UNSUPPORTED` when the engine lacks an operator, `BACKEND_UNAVAILABLE` when the engine is not there.
 */
export async function onnxModel(source: OnnxSource, options: OnnxModelOptions = {}): Promise<FrozenModel> {
  const opened = await openSource(source, options.externalData);
  const model = decodeModel(opened.bytes);
  const { graph } = model;
  const name = options.name ?? opened.name ?? (graph.name || 'onnx');
  const chosen = chooseValues(graph, options);
  const input = imageInput(chosen.input, {
    layout: options.layout,
    inputShape: options.inputShape,
    usualSize: options.preprocessing?.inputSize,
    batchSize: options.batchSize,
  });
  const pixels = choosePixels(model, input, options);
  const outputs = withOutputs(opened.bytes, [chosen.logits, ...Object.values(chosen.taps)]);
  const { bytes, feed } = withFloatInput(outputs, input.name);
  const externalData = await readExternalData(model, opened);
  const engine = await openEngine({ ...options, blockedConvolutions: false });
  const session = await engine.load(bytes, {
    name,
    resultsOnHost: true,
    ...(externalData.length > 0 && { externalData }),
  });
  const taps = Object.fromEntries(
    Object.entries(chosen.taps).map(([tap, tensor]) => [
      tap,
      { tensor, layout: mapLayout(graph, tensor, input.layout) },
    ]),
  );
  const runner: GraphRunner = { engine, session, name, input, feed, pixels, logits: chosen.logits, taps };
  try {
    const print = await fingerprint(
      [opened.bytes, ...externalData.map(({ data }) => data)],
      JSON.stringify([input, pixels, chosen.logits, Object.entries(chosen.taps).sort()]),
    );
    return await frozenModel(runner, options.classes, print);
  } catch (cause) {
    await session.release();
    throw cause;
  }
}

async function frozenModel(
  runner: GraphRunner,
  expectedClasses: number | undefined,
  print: string | undefined,
): Promise<FrozenModel> {
  const { name, input, session } = runner;
  const forms = await probeOutputs(runner);
  const [classes] = forms.logits.shape as [number];
  requireArgument(
    expectedClasses === undefined || expectedClasses === classes,
    () =>
      `'${name}' has ${classes} classes, but ${expectedClasses} are expected. Is it trained for this data set?`,
  );
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
}

function choosePixels(model: OnnxModel, input: ImageInput, options: OnnxModelOptions): PixelMap {
  const [, , channels] = input.shape;
  const stated = options.preprocessing ?? imageMetadata(model.metadata);
  if (stated !== undefined) return pixelMap(options.images ?? {}, stated, channels);
  if (input.dtype === 'uint8') return pixelMap(options.images ?? {}, { range: 255 }, channels);
  requireArgument(
    options.images === undefined,
    () =>
      'images says what the numbers of the loader mean, but nothing says what the network takes. Give its preprocessing, for pixels in [0, 1] as {}.',
  );
  return pixelMap({}, {}, channels);
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
