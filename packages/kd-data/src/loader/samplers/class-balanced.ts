import { foldIn, type PrngKey, randomPermutation, requireArgument, splitKey } from 'kd-core';
import { type ClassBalancedOptions, describedSampler, type Sampler } from './sampler.ts';

/**
 * Every class equally often, however many samples it has. An epoch goes through all classes that have samples again and again, each time
 * in a new order, and takes one sample of each; in a batch, therefore, the counts of any two classes differ by 2 at most.
 * Within a class samples are drawn without replacement: all of them once, in random order, before one comes again. A large
 * class may not be shown as a whole in an epoch; the next one draws anew.
 * Throws `INVALID_ARGUMENT` unless `samplesPerClass` is a positive integer.
 */
export function classBalanced(options: ClassBalancedOptions = {}): Sampler {
  const { samplesPerClass } = options;
  requireArgument(
    samplesPerClass === undefined || (Number.isInteger(samplesPerClass) && samplesPerClass > 0),
    () => `samplesPerClass must be a positive integer, got ${samplesPerClass}.`,
  );
  return describedSampler({ name: 'classBalanced', options }, ({ labels, classes }) => {
    const members = membersByClass(labels, classes);
    const rounds = samplesPerClass ?? Math.ceil(labels.length / members.length);
    return {
      length: rounds * members.length,
      positions(key) {
        const [roundsKey, membersKey] = splitKey(key);
        const drawn = members.map((samples, place) => drawWhole(samples, rounds, foldIn(membersKey, place)));
        const positions = new Int32Array(rounds * members.length);
        for (let round = 0; round < rounds; round++) {
          const turns = randomPermutation(foldIn(roundsKey, round), members.length);
          turns.forEach((place, turn) => {
            positions[round * members.length + turn] = drawn[place]![round]!;
          });
        }
        return positions;
      },
    };
  });
}

/** The samples of each class that has any. */
function membersByClass(labels: Int32Array, classes: number): readonly (readonly number[])[] {
  const members = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, sample) => {
    members[label]!.push(sample);
  });
  return members.filter((samples) => samples.length > 0);
}

/** `count` of `samples`: all of them in random order, then all in another one. */
function drawWhole(samples: readonly number[], count: number, key: PrngKey): Int32Array {
  const drawn = new Int32Array(count);
  for (let first = 0; first < count; first += samples.length) {
    const order = randomPermutation(foldIn(key, first), samples.length);
    const taken = Math.min(samples.length, count - first);
    for (let place = 0; place < taken; place++) drawn[first + place] = samples[order[place]!]!;
  }
  return drawn;
}
