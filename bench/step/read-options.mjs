import { parseArgs } from 'node:util';

/** The command line of the benchmark. Throws for anything it does not know. */
export function readOptions() {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '7' },
      steps: { type: 'string', default: '10' },
      'warm-up': { type: 'string', default: '5' },
      threads: { type: 'string', default: '2' },
      python: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const count = (name) => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value > 0) return value;
    throw new Error(`--${name} must be a positive integer, got '${values[name]}'.`);
  };
  return {
    rounds: count('rounds'),
    steps: count('steps'),
    warmUp: count('warm-up'),
    threads: count('threads'),
    pythons: values.python === undefined ? ['python3', '/usr/bin/python3'] : [values.python],
    json: values.json,
  };
}
