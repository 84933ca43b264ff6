import { type Backend, type HostTensor, KdError, type ModelVariables } from 'kd-core';
import { exportPyTorchWeights, fromPyTorchLayout, importPyTorchWeights, type NetworkModel } from 'kd-models';
import type { CaseOutcome } from '../case-result.ts';
import { compareChecksum, euclideanNorm } from '../comparison/checksum.ts';
import { type Comparison, compare } from '../comparison/comparison.ts';
import {
  booleanFieldOr,
  type Fields,
  fieldsList,
  fieldsOf,
  malformed,
  numberField,
  numberFieldOr,
  optionalFields,
  stringField,
} from '../fixtures/fields.ts';
import { fixtureTensor } from '../fixtures/fixture-tensor.ts';
import { weightNamed } from '../fixtures/weight-named.ts';
import { resnetOfStateDict } from './resnet-of-state-dict.ts';
import { runTrajectory, type TrajectoryRecord } from './run-trajectory.ts';

/** A ReLU that flips on a rounding difference can move a single parameter by this much. */
const SINGLE_VALUE = 1e-3;

/** Reads the safetensors file `name` that a fixture speaks of. */
export type WeightLoader = (name: string) => Promise<Record<string, HostTensor>>;

/** Makes the SGD steps with KD of a trajectory file on its one batch, and compares what it recorded. */
export async function compareTrajectory(
  backend: Backend,
  fixture: Fields,
  loadWeights: WeightLoader,
): Promise<CaseOutcome> {
  const hyper = optionalFields(fixture, 'hyper');
  if (numberFieldOr(hyper, 'dampening', 0) !== 0) return { unsupported: 'SGD with dampening' };
  const files = optionalFields(fixture, 'files');
  const load: WeightLoader = (key) => loadWeights(stringField(files, key));
  const [initial, batch] = [await load('initial'), await load('batch')];

  const images = fromPyTorchLayout(weightNamed(batch, 'input'), 'map');
  if (images.shape.length !== 4) throw malformed('the input of the batch', 'of rank 4', images.shape);
  const model = resnetOfStateDict(initial, images.shape.slice(1) as [number, number, number]);
  const record = await runTrajectory(
    backend,
    model,
    importPyTorchWeights({ model, tensors: initial }),
    { images, labels: weightNamed(batch, 'labels'), teacherLogits: weightNamed(batch, 'teacher_logits') },
    {
      temperature: numberField(hyper, 'T'),
      distillationWeight: numberField(hyper, 'alpha_kd'),
      labelWeight: numberField(hyper, 'gamma_ce'),
      learningRate: numberField(hyper, 'lr'),
      momentum: numberFieldOr(hyper, 'momentum', 0),
      weightDecay: numberFieldOr(hyper, 'weight_decay', 0),
      nesterov: booleanFieldOr(hyper, 'nesterov', false),
      steps: fieldsList(fixture, 'steps').length - 1,
    },
  );
  return {
    comparisons: [
      ...compareSteps(fixture, record),
      ...compareGradient(fixture, model, record),
      ...compareVariables(fixture, model, record),
      ...(files.values.after === undefined ? [] : compareFinal(fixture, model, record, await load('after'))),
    ],
  };
}

function compareSteps(fixture: Fields, record: TrajectoryRecord): Comparison[] {
  const tolerance = optionalFields(fixture, 'tolerance');
  return fieldsList(fixture, 'steps').flatMap((want, index) => {
    const got = record.steps[index]!;
    const relative = numberFieldOr(
      tolerance,
      index === 0 ? 'loss0_rtol' : 'loss_rtol',
      index === 0 ? 1e-4 : 1e-3,
    );
    const allowed = (value: number): number => relative * Math.abs(value);
    const one = (key: string, value: number): Comparison[] =>
      want.values[key] === undefined
        ? []
        : [
            compare({
              quantity: `${key} of step ${index}`,
              got: [value],
              want: [numberField(want, key)],
              allowed,
            }),
          ];
    return [
      ...one('loss', got.loss),
      ...one('loss_cls', got.crossEntropy),
      ...one('loss_div', got.divergence),
      ...one('grad_l2', got.gradientNorm),
      ...(index === 0 && want.values.logits !== undefined ? [compareLogits(want, record)] : []),
    ];
  });
}

function compareLogits(firstStep: Fields, { firstLogits }: TrajectoryRecord): Comparison {
  const want = fixtureTensor(fieldsOf(firstStep.values.logits, `${firstStep.where}.logits`));
  return compare({
    quantity: 'logits of step 0',
    got: firstLogits.data,
    want: want.values,
    allowed: () => 1e-4,
  });
}

function compareGradient(
  fixture: Fields,
  model: NetworkModel,
  { firstGradient }: TrajectoryRecord,
): Comparison[] {
  const relative = numberFieldOr(optionalFields(fixture, 'tolerance'), 'grad0_l2_rtol', 1e-3);
  const got = exportPyTorchWeights({ model, variables: { params: firstGradient, state: {} } });
  return compareChecksums('gradient', optionalFields(fixture, 'grad_step0'), got, relative);
}

/** `after_1`, `after_5`: the variables after so many updates. */
function compareVariables(fixture: Fields, model: NetworkModel, { steps }: TrajectoryRecord): Comparison[] {
  const relative = numberFieldOr(optionalFields(fixture, 'tolerance'), 'checksum_l2_rtol', 1e-3);
  return Object.keys(fixture.values).flatMap((key) => {
    const updates = /^after_(\d+)$/.exec(key)?.[1];
    if (updates === undefined) return [];
    const variables = steps[Number(updates)]?.variables;
    if (variables === undefined)
      throw malformed(`${fixture.where}.${key}`, 'one of the recorded steps', updates);
    const got = exportPyTorchWeights({ model, variables: variables as ModelVariables<HostTensor> });
    return compareChecksums(key, optionalFields(fixture, key), got, relative);
  });
}

function compareChecksums(
  noun: string,
  wanted: Fields,
  got: Readonly<Record<string, HostTensor>>,
  relative: number,
): Comparison[] {
  return Object.entries(wanted.values).flatMap(([name, want]) => {
    const fields = fieldsOf(want, `${wanted.where}.${name}`);
    return compareChecksum(`${noun} ${name}`, tensorOf(got, name).data, fields, {
      relative,
      absolute: SINGLE_VALUE,
    });
  });
}

/** The whole tensors at the end, in the L2 norm, which a single flipped ReLU does not move. */
function compareFinal(
  fixture: Fields,
  model: NetworkModel,
  { steps }: TrajectoryRecord,
  after: Readonly<Record<string, HostTensor>>,
): Comparison[] {
  const relative = numberFieldOr(optionalFields(fixture, 'tolerance'), 'checksum_l2_rtol', 1e-3);
  const variables = steps.at(-1)!.variables as ModelVariables<HostTensor>;
  const got = exportPyTorchWeights({ model, variables });
  return Object.entries(after)
    .filter(([name]) => !name.endsWith('num_batches_tracked'))
    .map(([name, want]) => {
      const values = tensorOf(got, name).data;
      const norm = euclideanNorm(want.data);
      const distance = euclideanNorm(want.data.map((value, index) => value - values[index]!));
      return compare({
        quantity: `distance of ${name} after the last update`,
        got: [distance],
        want: [0],
        allowed: () => relative * norm,
        magnitude: norm,
      });
    });
}

function tensorOf(tensors: Readonly<Record<string, HostTensor>>, name: string): HostTensor {
  const tensor = tensors[name];
  if (tensor === undefined)
    throw new KdError('PARSE', `the reference has a tensor '${name}', the model has none`);
  return tensor;
}
