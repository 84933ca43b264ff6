import { KdError, kindOfPickleValue, PickleDict, type PickleValue } from 'kd-core';
import { TorchTensor } from './torch-objects.ts';

type StateDict = ReadonlyMap<string, TorchTensor>;

/** Under which training scripts keep the network, among other things. */
const USUAL_KEYS: readonly string[] = [
  'state_dict',
  'model',
  'net',
  'model_state_dict',
  'network',
  'weights',
];

/** Of keys, from the root: `{ 'ema': { 'model': ... } }` is found, an optimiser's moments are not. */
const DEEPEST = 2;
const LONGEST_KEY = 200;
const MOST_LISTED = 20;

/**
 * The tensors of a state dict: the object itself, or a dict within it, named by its keys (`ema/model`). Without `key`, the only
 * one there is, or that under a usual key. What is not a tensor is left out, and `module.` before every name as well.
 * Throws `INVALID_ARGUMENT`, with the keys to choose from, when that is not one.
 */
export function findStateDict(root: PickleValue, key: string | undefined): StateDict {
  const candidates = findCandidates(root);
  const found = key === undefined ? usual(candidates) : candidates.get(key);
  if (found !== undefined) return withoutModulePrefix(found);
  const listed = [...candidates.keys()].slice(0, MOST_LISTED).map((each) => `'${each}'`);
  const has =
    listed.length === 0
      ? `It holds ${kindOfPickleValue(root)} without named tensors.`
      : `It has ${listed.join(', ')}.`;
  throw new KdError(
    'INVALID_ARGUMENT',
    key === undefined
      ? `The PyTorch file does not hold one state dict. ${has}${listed.length > 0 ? ' Name one of them as `key`.' : ' Save model.state_dict().'}`
      : `The PyTorch file has no state dict under the key '${key}'. ${has}`,
    { details: { keys: [...candidates.keys()] } },
  );
}

/** Breadth first, each dict once: a pickle can hold the same one at many places. */
function findCandidates(root: PickleValue): Map<string, StateDict> {
  const candidates = new Map<string, StateDict>();
  const seen = new Set<PickleValue>([root]);
  let level: (readonly [path: string, value: PickleValue])[] = [['', root]];
  for (let depth = 0; depth <= DEEPEST; depth++) {
    const next: typeof level = [];
    for (const [path, value] of level) {
      if (!(value instanceof PickleDict)) continue;
      const tensors = new Map<string, TorchTensor>();
      for (const [key, child] of value.textEntries()) {
        if (child instanceof TorchTensor) tensors.set(key, child);
        else if (child instanceof PickleDict && key.length <= LONGEST_KEY && !seen.has(child)) {
          seen.add(child);
          next.push([path === '' ? key : `${path}/${key}`, child]);
        }
      }
      if (tensors.size > 0) candidates.set(path, tensors);
    }
    level = next;
  }
  return candidates;
}

function usual(candidates: ReadonlyMap<string, StateDict>): StateDict | undefined {
  if (candidates.size === 1) return candidates.values().next().value;
  const present = USUAL_KEYS.filter((key) => candidates.has(key));
  return present.length === 1 ? candidates.get(present[0]!) : undefined;
}

/** What DataParallel puts before every name. */
const MODULE = 'module.';

function withoutModulePrefix(tensors: StateDict): StateDict {
  let names = [...tensors.keys()];
  while (names.every((name) => name.startsWith(MODULE)))
    names = names.map((name) => name.slice(MODULE.length));
  const values = [...tensors.values()];
  return new Map(names.map((name, index) => [name, values[index]!]));
}
