import { expect, test } from 'vitest';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import type { CreateModelOptions } from './model-family.ts';
import { createModel, listModels, registerModel } from './registry.ts';

test('every listed model can be made, under its own name', () => {
  for (const { name } of listModels()) {
    expect(createModel(name, { classes: 10 })).toMatchObject({ name, classes: 10 });
  }
});

test('other depths and widths of a family have names as well', () => {
  expect(createModel('resnet26', { classes: 10 }).summary().parameters).toBeGreaterThan(0);
  expect(createModel('wrn-22-3', { classes: 10 }).summary().taps.stage3).toEqual([8, 8, 192]);
  expect(() => createModel('resnet21', { classes: 10 })).toThrow(/6n \+ 2.*got 21/);
  expect(() => createModel('vgg12', { classes: 10 })).toThrow(/got 12/);
});

test('an unknown name is answered with the nearest one', () => {
  expect(() => createModel('ResNet-20', { classes: 10 })).toThrow(/Did you mean 'resnet20'/);
  expect(() => createModel('resnet8x5', { classes: 10 })).toThrow(/Did you mean 'resnet8x4'/);
  expect(() => createModel('wrn40-2', { classes: 10 })).toThrow(/Did you mean 'wrn-40-2'/);
});

test('a name like no other gets no guess', () => {
  expect(() => createModel('transformer', { classes: 10 })).toThrow(
    /^There is no model 'transformer'. Known: /,
  );
  expect(() => createModel('toString', { classes: 10 })).toThrow(/no model 'toString'/);
});

test('a network of your own has a name once it is registered', () => {
  const create = ({ classes = 2 }: CreateModelOptions): NetworkModel =>
    networkModel({
      name: 'my-linear',
      inputShape: [4, 4, 1],
      classes,
      network: (layers, images) => layers.dense('classifier', layers.flatten(images), classes),
    });
  registerModel('my-linear', create);
  expect(createModel('my-linear', { classes: 5 }).summary().parameters).toBe(16 * 5 + 5);
  expect(listModels()).toContainEqual({ name: 'my-linear', family: 'own' });
  expect(() => registerModel('my-linear', create)).toThrow(/'my-linear' already stands for a model/);
  expect(() => registerModel('resnet26', create)).toThrow(/'resnet26' already stands/);
  expect(() => registerModel(' ', create)).toThrow(/must not be empty/);
});
