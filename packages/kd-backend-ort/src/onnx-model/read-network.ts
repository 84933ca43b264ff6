import { requireArgument } from 'kd-core';
import type { OnnxModel } from 'kd-onnx';
import { chooseValues } from './choose-values.ts';
import { type ImageInput, type ImageLayout, imageInput } from './image-input.ts';
import type { OnnxModelOptions } from './onnx-model-options.ts';
import { imageMetadata, type PixelMap, pixelMap } from './preprocessing.ts';
import { mapLayout } from './tap-layout.ts';

/** What of a graph is a model of images. */
export interface OnnxNetwork {
  readonly name: string;
  readonly input: ImageInput;
  /** From the loader's numbers to the network's; undefined where they are the same. */
  readonly pixels: PixelMap | undefined;
  /** Name of the value with the logits. */
  readonly logits: string;
  /** Name and layout of the value of each tap. */
  readonly taps: Readonly<Record<string, { readonly tensor: string; readonly layout: ImageLayout }>>;
}

/** Finds in a graph what the options name or leave to be found. Throws `INVALID_ARGUMENT` with what there is. */
export function readNetwork(model: OnnxModel, name: string, options: OnnxModelOptions): OnnxNetwork {
  const { graph, metadata } = model;
  const chosen = chooseValues(graph, options);
  const input = imageInput(chosen.input, {
    layout: options.layout,
    inputShape: options.inputShape,
    usualSize: options.preprocessing?.inputSize,
    batchSize: options.batchSize,
  });
  const taps = Object.entries(chosen.taps).map(
    ([tap, tensor]) => [tap, { tensor, layout: mapLayout(graph, tensor, input.layout) }] as const,
  );
  return {
    name,
    input,
    pixels: choosePixels(metadata, input, options),
    logits: chosen.logits,
    taps: Object.fromEntries(taps),
  };
}

function choosePixels(
  metadata: OnnxModel['metadata'],
  input: ImageInput,
  options: OnnxModelOptions,
): PixelMap | undefined {
  const bytes = input.dtype === 'uint8' ? { range: 255 } : undefined;
  const stated = options.preprocessing ?? imageMetadata(metadata) ?? bytes;
  if (stated !== undefined) return pixelMap(options.images ?? {}, stated, input.shape[2]);
  requireArgument(
    options.images === undefined,
    () =>
      'images says what the numbers of the loader mean, but nothing says what the network takes. Give its preprocessing, for pixels in [0, 1] as {}.',
  );
  return undefined;
}

/** Throws `INVALID_ARGUMENT` when a network has other classes than are expected. */
export function requireClasses(name: string, found: number, expected: number | undefined): void {
  requireArgument(
    expected === undefined || expected === found,
    () => `'${name}' has ${found} classes, but ${expected} are expected. Is it trained for this data set?`,
  );
}
