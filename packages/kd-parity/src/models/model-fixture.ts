import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Backend, HostTensor, ModelVariables } from 'kd-core';
import { fromPyTorchLayout, importPyTorchWeights, type NetworkModel, toPyTorchLayout } from 'kd-models';
import type { CaseOutcome, ParityCase } from '../case-result.ts';
import { compareChecksum } from '../comparison/checksum.ts';
import { type Comparison, compare, failed } from '../comparison/comparison.ts';
import {
  type Fields,
  fieldsList,
  fieldsOf,
  malformed,
  numberField,
  numberFieldOr,
  numbersField,
  optionalFields,
  stringField,
} from '../fixtures/fields.ts';
import { type FixtureTensor, fixtureTensor, hostTensorOf } from '../fixtures/fixture-tensor.ts';
import { readWeights } from '../fixtures/read-weights.ts';
import { modelFamilies } from './model-families.ts';
import { referenceTaps } from './reference-taps.ts';

const TAP_RELATIVE = 1e-4;

/** The one case of a model file: a network in evaluation mode with given weights. */
export function modelCases(
  backend: Backend,
  fixture: Fields,
  name: string,
  folder: string,
): readonly ParityCase[] {
  return [{ name, run: () => runModel(backend, fixture, folder) }];
}

async function runModel(backend: Backend, fixture: Fields, folder: string): Promise<CaseOutcome> {
  const build = optionalFields(fixture, 'build');
  const input = tensorField(fixture, 'input');
  const [, channels, height, width] = input.shape;
  if (channels === undefined || height === undefined || width === undefined) {
    throw malformed(`${fixture.where}.input.shape`, '[batch, channels, height, width]', input.shape);
  }
  const family = stringField(build, 'family');
  const construct = Object.hasOwn(modelFamilies, family) ? modelFamilies[family] : undefined;
  const model = construct?.(build, [height, width, channels]);
  if (model === undefined) return { unsupported: `no such network here (${family})` };

  const tensors = await readWeights(folder, stringField(fixture, 'weights'));
  const variables = importPyTorchWeights({ model, tensors });
  const got = await runForward(backend, model, variables, fromPyTorchLayout(hostTensorOf(input), 'map'));
  const absolute = numberFieldOr(optionalFields(fixture, 'tolerance'), 'max_abs', 1e-4);
  const { taps, preactivationTaps } = referenceTaps(model);
  const output = fixture.values.embedding === undefined ? 'logits' : 'embedding';
  return {
    comparisons: [
      compareParameters(fixture, model),
      compareVector(output, got.logits, tensorField(fixture, output), absolute),
      ...(fixture.values.pooled === undefined
        ? []
        : [compareVector('pooled', got.taps.pooled, tensorField(fixture, 'pooled'), absolute)]),
      ...compareTaps(fixture, 'taps', taps, got.taps, absolute),
      ...compareTaps(fixture, 'taps_preact', preactivationTaps, got.taps, absolute),
    ],
  };
}

interface ForwardResult<Leaf> {
  readonly logits: Leaf;
  readonly taps: Readonly<Record<string, Leaf>>;
}

async function runForward(
  backend: Backend,
  model: NetworkModel,
  variables: ModelVariables<HostTensor>,
  images: HostTensor,
): Promise<ForwardResult<HostTensor>> {
  const compiled = backend.compile(
    (args: { variables: ModelVariables<Tensor>; images: Tensor4D }): ForwardResult<Tensor> => {
      const { logits, taps } = model.apply(args.variables, args.images, { train: false });
      return { logits, taps };
    },
    { name: model.name },
  );
  try {
    return await backend.download(await compiled({ variables, images }));
  } finally {
    await compiled.dispose();
  }
}

function compareParameters(fixture: Fields, model: NetworkModel): Comparison {
  const { parameters, frozenParameters } = model.summary();
  return compare({
    quantity: 'parameters',
    got: [parameters + frozenParameters],
    want: [numberField(fixture, 'params_total')],
    allowed: () => 0,
  });
}

function compareVector(
  quantity: string,
  got: HostTensor | undefined,
  want: FixtureTensor,
  absolute: number,
): Comparison {
  if (got === undefined) return failed(quantity, 'the network has no such output');
  return got.shape.join() === want.shape.join()
    ? compare({ quantity, got: got.data, want: want.values, allowed: () => absolute })
    : failed(quantity, `shape [${got.shape.join(', ')}] instead of [${want.shape.join(', ')}]`);
}

function compareTaps(
  fixture: Fields,
  key: 'taps' | 'taps_preact',
  names: readonly string[],
  got: Readonly<Record<string, HostTensor>>,
  absolute: number,
): readonly Comparison[] {
  if (fixture.values[key] === undefined) return [];
  const wanted = fieldsList(fixture, key);
  if (wanted.length !== names.length) {
    return [failed(key, `${names.length} taps instead of ${wanted.length}`)];
  }
  return wanted.flatMap((want, index) => {
    const name = names[index]!;
    const tap = toPyTorchLayout(got[name]!, 'map');
    const shape = numbersField(want, 'shape');
    return tap.shape.join() === shape.join()
      ? compareChecksum(`tap ${name}`, tap.data, want, { relative: TAP_RELATIVE, absolute })
      : [failed(`tap ${name}`, `shape [${tap.shape.join(', ')}] instead of [${shape.join(', ')}]`)];
  });
}

function tensorField(fields: Fields, key: string): FixtureTensor {
  return fixtureTensor(fieldsOf(fields.values[key], `${fields.where}.${key}`));
}
