import { resnet } from 'kd-models';
import { expect, it } from 'vitest';
import { describeModel } from './describe-model.ts';

it.each([
  [[4, 4, 8, 16], 'resnet8, widths 4-4-8-16'],
  [[16, 16, 32, 64], 'resnet8, widths 16-16-32-64'],
] as const)('says the widths %j of a network, also where a method has added to it', (widths, expected) => {
  const config = { name: 'resnet', depth: 8, widths: [...widths] } as {
    name: 'resnet';
    depth: number;
    widths: [number, number, number, number];
  };
  const model = resnet({ depth: 8, widths, classes: 10 });
  expect(describeModel(config, model)).toBe(expected);
  const grown = { ...model, name: `${model.name} with the classifier of resnet8` };
  expect(describeModel(config, grown)).toBe(`${expected} with the classifier of resnet8`);
  expect(describeModel('resnet20', { ...model, name: 'resnet20' })).toBe('resnet20');
});
