import { expect, it } from 'vitest';
import { attentionMethods } from './attention-methods.ts';
import { methodCatalog } from './catalog.ts';
import { featureMethods } from './feature-methods.ts';
import { labelMethods } from './label-methods.ts';
import { logitMethods } from './logit-methods.ts';
import { relationMethods } from './relation-methods.ts';
import { representationMethods } from './representation-methods.ts';
import { selfDistillationMethods } from './self-distillation-methods.ts';

it('has each method once: a second entry of a name would replace the first', () => {
  const parts = [
    labelMethods,
    logitMethods,
    featureMethods,
    attentionMethods,
    relationMethods,
    representationMethods,
    selfDistillationMethods,
  ];
  const names = parts.flatMap((part) => Object.keys(part));
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  expect(Object.keys(methodCatalog).sort()).toEqual(names.sort());
});
