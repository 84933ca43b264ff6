import { spawnSync } from 'node:child_process';

/** The first interpreter that can import torch, or undefined. Debian's `python3-torch` is for /usr/bin/python3 only. */
export function findPythonWithTorch(candidates) {
  return candidates.find(
    (python) => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
}
