import { requireArgument } from 'kd-core';
import type { OnnxValue } from 'kd-onnx';
import { describeType } from './choose-values.ts';

export type ImageLayout = 'NCHW' | 'NHWC';

/** How a graph takes images. */
export interface ImageInput {
  readonly name: string;
  readonly dtype: 'float32' | 'float16' | 'float64' | 'uint8';
  readonly layout: ImageLayout;
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Images in one run; undefined where any number may be. */
  readonly batchSize: number | undefined;
}

export interface ImageInputOptions {
  readonly layout?: ImageLayout | undefined;
  readonly inputShape?: readonly [number, number, number] | undefined;
  /** [height, width] where the file leaves them open and `inputShape` is not given. */
  readonly usualSize?: readonly [number, number] | undefined;
  readonly batchSize?: number | undefined;
}

const DTYPES: readonly string[] = ['float32', 'float16', 'float64', 'uint8'] satisfies ImageInput['dtype'][];
const LAYOUTS: readonly ImageLayout[] = ['NCHW', 'NHWC'];

/** Where [height, width, channels] are among the dimensions. */
const AXES: Readonly<Record<ImageLayout, readonly [number, number, number]>> = {
  NCHW: [2, 3, 1],
  NHWC: [1, 2, 3],
};

/** Channels that tell a layout by themselves: grey and colours. */
const USUAL_CHANNELS: readonly (number | string)[] = [1, 3];

/** Finds how the input takes images, from its shape and what the user says. Throws `INVALID_ARGUMENT` with what was found. */
export function imageInput(value: OnnxValue, options: ImageInputOptions): ImageInput {
  const { name, dtype, shape } = value;
  const found = `'${name}' is ${describeType(dtype, shape)}`;
  requireArgument(
    dtype !== undefined && DTYPES.includes(dtype),
    () => `A model of images takes ${DTYPES.join(', ')}, but ${found}.`,
  );
  requireArgument(
    shape === undefined || shape.length === 4,
    () =>
      `A model of images takes [batch, channels, height, width] or [batch, height, width, channels], but ${found}.`,
  );
  checkOptions(options);
  const dimensions = shape ?? ['', '', '', ''];
  const layout = chooseLayout(dimensions, options, found);
  return {
    name,
    dtype: dtype as ImageInput['dtype'],
    layout,
    shape: chooseShape(dimensions, layout, options, found),
    batchSize: chooseBatch(dimensions[0]!, options.batchSize, found),
  };
}

function checkOptions({ layout, inputShape, batchSize }: ImageInputOptions): void {
  requireArgument(
    layout === undefined || LAYOUTS.includes(layout),
    () => `layout must be 'NCHW' or 'NHWC', got '${layout}'.`,
  );
  const isSize = (size: number): boolean => Number.isInteger(size) && size > 0;
  requireArgument(
    inputShape === undefined || (inputShape.length === 3 && inputShape.every(isSize)),
    () =>
      `inputShape must be [height, width, channels], whole numbers above 0, got [${inputShape?.join(', ')}].`,
  );
  requireArgument(
    batchSize === undefined || isSize(batchSize),
    () => `batchSize must be a whole number above 0, got ${batchSize}.`,
  );
}

type Dimensions = readonly (number | string)[];

function chooseLayout(
  dimensions: Dimensions,
  { layout, inputShape }: ImageInputOptions,
  found: string,
): ImageLayout {
  if (layout !== undefined) return layout;
  const sizesIn = (each: ImageLayout): Dimensions => AXES[each].map((axis) => dimensions[axis]!);
  const [telling, ...others] = LAYOUTS.filter((each) => USUAL_CHANNELS.includes(sizesIn(each)[2]!));
  if (telling !== undefined && others.length === 0) return telling;
  const fitting = LAYOUTS.filter((each) =>
    sizesIn(each).every((size, index) => inputShape === undefined || fits(size, inputShape[index]!)),
  );
  requireArgument(fitting.length === 1, () => {
    const given =
      inputShape === undefined ? '' : ` for images of [${inputShape.join(', ')}] (height, width, channels)`;
    return `${fitting.length === 0 ? 'No layout fits' : 'Both layouts fit'}${given}: ${found}. Say layout: 'NCHW' or layout: 'NHWC', and give the right inputShape.`;
  });
  return fitting[0]!;
}

function fits(dimension: number | string, size: number): boolean {
  return typeof dimension === 'string' || dimension === size;
}

function chooseShape(
  dimensions: Dimensions,
  layout: ImageLayout,
  { inputShape: given, usualSize }: ImageInputOptions,
  found: string,
): readonly [number, number, number] {
  const [height, width, channels] = AXES[layout].map((axis, index) => {
    const size = dimensions[axis]!;
    requireArgument(
      given === undefined || fits(size, given[index]!),
      () =>
        `inputShape is [${given?.join(', ')}] (height, width, channels), but ${found}, which is ${layout}.`,
    );
    const chosen = typeof size === 'number' ? size : (given?.[index] ?? usualSize?.[index]);
    requireArgument(
      chosen !== undefined,
      () =>
        `${found}: it takes any size. Say which one it is to have: { inputShape: [height, width, channels] }.`,
    );
    return chosen;
  });
  return [height!, width!, channels!];
}

function chooseBatch(
  dimension: number | string,
  given: number | undefined,
  found: string,
): number | undefined {
  if (typeof dimension === 'string') return given;
  requireArgument(
    given === undefined || given === dimension,
    () => `batchSize is ${given}, but ${found}: it takes ${dimension} at a time. Leave batchSize out.`,
  );
  return dimension;
}
