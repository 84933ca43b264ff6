// Our compiled steps against PyTorch's, case by case. See README.md.
import { loadavg } from 'node:os';
import { findPythonWithTorch } from './lib/find-python.mjs';
import { measureCase } from './step/measure-case.mjs';
import { readOptions, usage } from './step/options.mjs';
import { legend, printCase, printHead } from './step/report.mjs';

/** PyTorch's OpenMP threads wait for each other actively and lose far more than ORT's when cores are shared. */
const busyLoad = 0.5;

try {
  await main(readOptions());
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function main(options) {
  if (options.help) {
    console.log(usage);
    return;
  }
  const python = findPythonWithTorch(options.pythons);
  if (python === undefined) {
    console.error(
      `PyTorch is left out: no torch in ${options.pythons.join(' or ')}. Install it (Debian: apt-get install python3-torch) or name an interpreter with --python.`,
    );
  }
  const [load] = loadavg();
  if (load > busyLoad) {
    console.error(
      `The load average is ${load.toFixed(2)}: other work runs here, and times are not to be trusted.`,
    );
  }
  if (!options.json) printHead();
  const results = [];
  for (const benchmark of options.cases) {
    const result = await measureCase(benchmark, python, options);
    results.push(result);
    if (!options.json) printCase(result);
  }
  if (options.json) console.log(JSON.stringify({ cases: results }, null, 2));
  else console.log(legend);
}
