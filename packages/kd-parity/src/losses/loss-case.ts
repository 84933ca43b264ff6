import type { Tensor } from '@tensorflow/tfjs-core';
import { type Backend, type HostTensor, KdError, valueAndGradient } from 'kd-core';
import { fromPyTorchLayout, type PyTorchTensorKind, toPyTorchLayout } from 'kd-models';
import { type Fields, malformed, optionalFields, stringField } from '../fixtures/fields.ts';
import { type FixtureTensor, fixtureTensors, hostTensorOf } from '../fixtures/fixture-tensor.ts';
import type { LossAdapter, LossContext, LossEvaluation } from './loss-adapter.ts';

type Named<T> = Readonly<Record<string, T>>;

/** What a case came to, by the fixture's names and in its layouts. */
export interface LossCaseResult {
  readonly loss?: number;
  readonly gradients: Named<HostTensor>;
  readonly outputs: Named<HostTensor>;
  readonly buffers: Named<HostTensor>;
}

interface CaseTensors<Leaf> {
  readonly inputs: Named<Leaf>;
  readonly params: Named<Leaf>;
  readonly buffers: Named<Leaf>;
}

interface EvaluatedTensors {
  /** One scalar, or none for a case without a loss. */
  readonly loss: readonly Tensor[];
  readonly gradients: Named<Tensor>;
  readonly outputs: Named<Tensor>;
  readonly buffers: Named<Tensor>;
}

const PARAM_PREFIX = 'param:';

/** Computes loss, gradients, outputs and buffers of one case of a loss fixture on `backend`. */
export async function evaluateLossCase(
  backend: Backend,
  adapter: LossAdapter,
  lossCase: Fields,
): Promise<LossCaseResult> {
  const tensors = {
    inputs: fixtureTensors(optionalFields(lossCase, 'inputs')),
    params: fixtureTensors(optionalFields(lossCase, 'params')),
    buffers: fixtureTensors(optionalFields(lossCase, 'buffers')),
  };
  const hyper = optionalFields(lossCase, 'hyper');
  const differentiated = Object.keys(optionalFields(lossCase, 'grads').values);
  for (const name of differentiated) requireDifferentiable(lossCase, tensors, name);
  const kindOf = (name: string, usual: PyTorchTensorKind): PyTorchTensorKind =>
    adapter.kinds?.[name] ?? usual;
  const here = (named: Named<FixtureTensor>, usual: PyTorchTensorKind): Named<HostTensor> =>
    mapValues(named, (tensor, name) => fromPyTorchLayout(hostTensorOf(tensor), kindOf(name, usual)));

  const compiled = backend.compile<CaseTensors<Tensor>, EvaluatedTensors>((args) =>
    differentiate(adapter, { name: stringField(lossCase, 'case'), hyper }, differentiated, args),
  );
  try {
    const onDevice = await compiled({
      inputs: here(tensors.inputs, 'map'),
      params: here(tensors.params, 'weight'),
      buffers: mapValues(tensors.buffers, hostTensorOf),
    });
    const { loss, gradients, outputs, buffers } = await backend.download(onDevice);
    return {
      ...(loss[0] !== undefined && { loss: loss[0].data[0]! }),
      gradients: mapValues(gradients, (tensor, name) =>
        name.startsWith(PARAM_PREFIX)
          ? toPyTorchLayout(tensor, kindOf(name.slice(PARAM_PREFIX.length), 'weight'))
          : toPyTorchLayout(tensor, kindOf(name, 'map')),
      ),
      outputs: mapValues(outputs, (tensor, name) => toPyTorchLayout(tensor, kindOf(name, 'map'))),
      buffers,
    };
  } finally {
    await compiled.dispose();
  }
}

/** Value, gradients and the rest; a case without gradients is only evaluated. */
function differentiate(
  adapter: LossAdapter,
  { name, hyper }: Pick<LossContext, 'name' | 'hyper'>,
  differentiated: readonly string[],
  tensors: CaseTensors<Tensor>,
): EvaluatedTensors {
  const evaluate = (current: Named<Tensor>): LossEvaluation =>
    adapter.evaluate({
      name,
      inputs: replaced(tensors.inputs, current, ''),
      params: replaced(tensors.params, current, PARAM_PREFIX),
      buffers: tensors.buffers,
      hyper,
    });
  if (differentiated.length === 0) {
    const { loss, outputs = {}, buffers = {} } = evaluate({});
    return { loss: loss === undefined ? [] : [loss], gradients: {}, outputs, buffers };
  }
  const variables = Object.fromEntries(differentiated.map((name) => [name, lookUp(tensors, name)!]));
  const { value, gradient, aux } = valueAndGradient((current: Named<Tensor>) => {
    const { loss, outputs = {}, buffers = {} } = evaluate(current);
    if (loss === undefined) {
      throw new KdError('UNSUPPORTED', 'the adapter gives no loss, but the case has gradients');
    }
    return { value: loss, aux: { outputs, buffers } };
  }, variables);
  return { loss: [value], gradients: gradient, ...aux };
}

function replaced(tensors: Named<Tensor>, current: Named<Tensor>, prefix: string): Named<Tensor> {
  return mapValues(tensors, (tensor, name) => current[`${prefix}${name}`] ?? tensor);
}

function lookUp<T>(tensors: CaseTensors<T>, name: string): T | undefined {
  return name.startsWith(PARAM_PREFIX)
    ? tensors.params[name.slice(PARAM_PREFIX.length)]
    : tensors.inputs[name];
}

function requireDifferentiable(lossCase: Fields, tensors: CaseTensors<FixtureTensor>, name: string): void {
  if (lookUp(tensors, name)?.dtype !== 'float32') {
    throw malformed(`${lossCase.where}.grads`, 'gradients of float32 inputs and params', name);
  }
}

function mapValues<A, B>(record: Named<A>, fn: (value: A, name: string) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}
