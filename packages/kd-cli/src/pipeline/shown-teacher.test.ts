import type { FrozenModel, Model } from 'kd-core';
import { expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import { shownTeacher } from './shown-teacher.ts';

const configOf = (view?: string): DistillConfig =>
  ({ teacher: view === undefined ? {} : { view } }) as DistillConfig;

it('shows a trained teacher the view of the configuration, and refuses one that runs by itself', () => {
  const trained = { model: { name: 'net' } as Model, variables: { params: {}, state: {} } };
  expect(shownTeacher(configOf(), trained)).toBe(trained);
  expect(shownTeacher(configOf('depth'), trained)).toEqual({ ...trained, view: 'depth' });
  const frozen = { name: 'file.onnx' } as FrozenModel;
  expect(shownTeacher(configOf(), frozen)).toBe(frozen);
  expect(() => shownTeacher(configOf('depth'), frozen)).toThrow(/teacher\.view: 'file\.onnx' runs by itself/);
});
