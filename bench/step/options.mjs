import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';

export const usage = `usage: pnpm bench step [options]

  --json           print the results as JSON, and nothing else, on stdout
  --filter NAME    only cases whose name or kind contains NAME; may be given several times
  --rounds N       rounds of a case; both sides take a turn in each (default 8)
  --steps N        steps of a turn (default 3)
  --warm-up N      steps of each side before the first round (default 3)
  --threads N      threads of each side (default 2)
  --layout NAME    PyTorch's memory format: contiguous, channels_last, or auto, which tries both and takes the
                   faster one (default)
  --python PATH    an interpreter that can import torch (default python3, then /usr/bin/python3)`;

const LAYOUTS = ['auto', 'contiguous', 'channels_last'];

/** The command line of the benchmark. Throws for anything it does not know. */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      filter: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string', default: '8' },
      steps: { type: 'string', default: '3' },
      'warm-up': { type: 'string', default: '3' },
      threads: { type: 'string', default: '2' },
      layout: { type: 'string', default: 'auto' },
      python: { type: 'string' },
    },
  });
  const count = (name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} must be a positive integer, got '${values[name]}'.`);
  };
  if (!LAYOUTS.includes(values.layout)) {
    throw new Error(`--layout must be one of ${LAYOUTS.join(', ')}, got '${values.layout}'.`);
  }
  return {
    json: values.json,
    help: values.help,
    cases: chosenCases(values.filter),
    rounds: count('rounds'),
    steps: count('steps'),
    warmUp: count('warm-up'),
    threads: count('threads'),
    layout: values.layout,
    pythons: values.python === undefined ? ['python3', '/usr/bin/python3'] : [values.python],
  };
}

function chosenCases(filters) {
  const chosen = cases.filter(
    ({ name, kind }) =>
      filters.length === 0 || filters.some((filter) => kind === filter || name.includes(filter)),
  );
  if (chosen.length === 0) {
    const names = cases.map(({ name, kind }) => `  ${kind}: ${name}`).join('\n');
    throw new Error(`No case matches --filter ${filters.join(', ')}. There are:\n${names}`);
  }
  return chosen;
}
