import { KdError, requireArgument } from 'kd-core';
import { faceFamilies } from '../face/families.ts';
import { mobileNetFamilies } from '../mobilenet/family.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { resnetFamilies } from '../resnet/family.ts';
import { shuffleNetFamilies } from '../shufflenet/family.ts';
import { vggFamily } from '../vgg/family.ts';
import { wideResnetFamily } from '../wide-resnet/family.ts';
import type { CreateModelOptions, ModelFamily } from './model-family.ts';
import { nearestName } from './nearest-name.ts';

/** The first whose pattern fits a name makes its model. */
const FAMILIES: readonly ModelFamily[] = [
  ...resnetFamilies,
  wideResnetFamily,
  vggFamily,
  ...mobileNetFamilies,
  ...shuffleNetFamilies,
  ...faceFamilies,
];

/** The family of names that users have registered. */
const OWN_FAMILY = 'own';

const registered = new Map<string, (options: CreateModelOptions) => NetworkModel>();

export interface ListedModel {
  readonly name: string;
  /** `resnet`, `wide-resnet`, ...; `own` for names that were registered. */
  readonly family: string;
}

/**
 * The names in common use, and those registered. `createModel` knows other depths and widths of these families as well.
 */
export function listModels(): readonly ListedModel[] {
  return [
    ...FAMILIES.flatMap(({ family, listed }) => listed.map((name) => ({ name, family }))),
    ...[...registered.keys()].map((name) => ({ name, family: OWN_FAMILY })),
  ];
}

/** Whether `name` is registered or has the form of a name that `createModel` knows. */
export function isModelName(name: string): boolean {
  return registered.has(name) || FAMILIES.some(({ pattern }) => pattern.test(name));
}

/**
 * Makes `createModel(name, options)` give `create(options)`, in this program. Throws `INVALID_ARGUMENT` for an empty
 * name and for one that already has a meaning.
 */
export function registerModel(name: string, create: (options: CreateModelOptions) => NetworkModel): void {
  requireArgument(
    name.trim() === name && name !== '',
    () => `A model's name must not be empty or have spaces around it, got '${name}'.`,
  );
  requireArgument(
    !isModelName(name),
    () => `The name '${name}' already stands for a model. Register yours under another one.`,
  );
  registered.set(name, create);
}

/**
 * The named model: `resnet56`, `resnet8x4`, `wrn-40-2`, `vgg13`, ..., or a registered one. Throws `INVALID_ARGUMENT` for an
 * unknown name, with the nearest known one, and for a depth or width that its family does not have.
 */
export function createModel(name: string, options: CreateModelOptions): NetworkModel {
  const own = registered.get(name);
  if (own !== undefined) return own(options);
  for (const { pattern, construct } of FAMILIES) {
    const match = pattern.exec(name);
    // Networks that need classes refuse undefined with their own rule.
    if (match !== null)
      return construct(match.slice(1), { ...options, name } as Parameters<typeof construct>[1]);
  }
  const names = listModels().map((model) => model.name);
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new KdError(
    'INVALID_ARGUMENT',
    `There is no model '${name}'.${hint} Known: ${names.join(', ')}, and other depths of these families.`,
  );
}
