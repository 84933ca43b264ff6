import { expect, test } from 'vitest';
import { createModel, listModels } from './registry.ts';

test('every listed model can be made, under its own name', () => {
  for (const name of listModels()) {
    expect(createModel(name, { classes: 10, inputShape: [8, 8, 1] })).toMatchObject({ name, classes: 10 });
  }
});

test('an unknown name is answered with the nearest one', () => {
  expect(() => createModel('ResNet-20', { classes: 10 })).toThrow(/Did you mean 'resnet20'/);
  expect(() => createModel('resnet8x5', { classes: 10 })).toThrow(/Did you mean 'resnet8x4'/);
});

test('a name like no other gets no guess', () => {
  expect(() => createModel('transformer', { classes: 10 })).toThrow(
    /^There is no model 'transformer'. Known: /,
  );
  expect(() => createModel('toString', { classes: 10 })).toThrow(/no model 'toString'/);
});
