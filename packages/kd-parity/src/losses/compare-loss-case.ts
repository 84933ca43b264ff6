import type { HostTensor } from 'kd-core';
import { type Comparison, compare, failed, largest, requireFinite } from '../comparison/comparison.ts';
import { type LossRules, lossRules } from '../comparison/rules.ts';
import {
  booleanFieldOr,
  type Fields,
  fieldsOf,
  numberField,
  numberOf,
  optionalFields,
} from '../fixtures/fields.ts';
import { fixtureTensor, fixtureTensors } from '../fixtures/fixture-tensor.ts';
import type { LossCaseResult } from './loss-case.ts';

type Named<T> = Readonly<Record<string, T>>;

/** What the fixture wants to be compared; by default everything. */
export interface LossCaseDemands {
  readonly loss: boolean;
  readonly gradients: boolean;
}

export function demandsOf(lossCase: Fields): LossCaseDemands {
  const fields = optionalFields(lossCase, 'compare');
  return { loss: booleanFieldOr(fields, 'loss', true), gradients: booleanFieldOr(fields, 'grads', true) };
}

/** Compares a result with its case by the rules of the golden files' README. */
export function compareLossCase(lossCase: Fields, got: LossCaseResult): readonly Comparison[] {
  const demands = demandsOf(lossCase);
  if (!demands.loss && !demands.gradients) return finiteness(got);
  const rules = lossRules(lossCase);
  return [
    ...(demands.loss ? compareLoss(lossCase, got, rules) : []),
    ...(demands.gradients ? compareGradients(lossCase, got, rules) : finiteGradients(got)),
    ...compareNamed('output', optionalFields(lossCase, 'outputs'), got.outputs, rules.loss),
    ...compareNamed('buffer', optionalFields(lossCase, 'buffers_after'), got.buffers, rules.buffer),
  ];
}

function compareLoss(lossCase: Fields, got: LossCaseResult, rules: LossRules): Comparison[] {
  if ((lossCase.values.loss ?? null) === null) return [];
  const float32 = numberOf(lossCase.values.loss, `${lossCase.where}.loss`);
  const wantsFloat64 = lossCase.values.want === 'f64' || !Number.isFinite(float32);
  const want = wantsFloat64 ? numberField(lossCase, 'loss_f64') : float32;
  if (got.loss === undefined) return [failed('loss', 'the adapter gives none')];
  return [compare({ quantity: 'loss', got: [got.loss], want: [want], allowed: rules.loss })];
}

function compareGradients(lossCase: Fields, got: LossCaseResult, rules: LossRules): Comparison[] {
  const grads = optionalFields(lossCase, 'grads');
  const wanted = Object.entries(grads.values).map(([name, value]) => {
    const fields = fieldsOf(value, `${grads.where}.${name}`);
    return { name, want: fixtureTensor(fields, fields.values.data_f64 === undefined ? 'data' : 'data_f64') };
  });
  const magnitude = Math.max(0, ...wanted.map(({ want }) => largest(want.values)));
  return wanted.map(({ name, want }) => {
    const bound = rules.gradient(largest(want.values), magnitude);
    return compareTensor(`gradient of ${name}`, got.gradients[name], want, () => bound, magnitude);
  });
}

function compareNamed(
  noun: string,
  fields: Fields,
  got: Named<HostTensor>,
  allowed: (want: number) => number,
): Comparison[] {
  return Object.entries(fixtureTensors(fields)).map(([name, want]) =>
    compareTensor(`${noun} ${name}`, got[name], want, allowed),
  );
}

function compareTensor(
  quantity: string,
  got: HostTensor | undefined,
  want: { readonly shape: readonly number[]; readonly values: readonly number[] },
  allowed: (want: number) => number,
  magnitude?: number,
): Comparison {
  if (got === undefined) return failed(quantity, 'the adapter gives none');
  if (got.shape.join() !== want.shape.join()) {
    return failed(quantity, `shape [${got.shape.join(', ')}] instead of [${want.shape.join(', ')}]`);
  }
  return compare({
    quantity,
    got: got.data,
    want: want.values,
    allowed,
    ...(magnitude !== undefined && { magnitude }),
  });
}

function finiteGradients({ gradients }: LossCaseResult): Comparison[] {
  return Object.entries(gradients).map(([name, { data }]) => requireFinite(`gradient of ${name}`, data));
}

function finiteness(got: LossCaseResult): Comparison[] {
  const loss = got.loss === undefined ? [] : [requireFinite('loss', [got.loss])];
  return [...loss, ...finiteGradients(got)];
}
