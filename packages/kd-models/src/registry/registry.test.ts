import { expect, test } from 'vitest';
import { createModel, listModels } from './registry.ts';

test('every listed model can be made, under its own name', () => {
  for (const name of listModels()) {
    expect(createModel(name, { classes: 10, inputShape: [8, 8, 1] })).toMatchObject({ name, classes: 10 });
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
