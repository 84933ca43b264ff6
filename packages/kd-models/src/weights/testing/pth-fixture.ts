import { readFileSync } from 'node:fs';

/** A file that `fixtures/write_pth.py` wrote with PyTorch. */
export function pthFixture(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(new URL(`../../../fixtures/pth/${name}.pth`, import.meta.url)));
}
