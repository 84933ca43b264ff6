import { expect, it } from 'vitest';
import {
  cifar100Recipes,
  dryRunCifar100,
  fakeCifar100,
  fastCifar100Recipes,
} from '../testing/cifar100-recipes.ts';

const slow = (await cifar100Recipes()).filter((name) => !fastCifar100Recipes.includes(name));

it.each(slow)('makes steps of the recipe for CIFAR-100: %s', async (name) => {
  const { steps, loss } = await dryRunCifar100(name, await fakeCifar100(2));
  expect(steps).toBe(3);
  expect(loss).toBeGreaterThan(0);
});
