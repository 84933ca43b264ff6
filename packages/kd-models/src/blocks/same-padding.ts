import { requireArgument } from 'kd-core';

/** The padding with which a kernel of stride 1 keeps a map's sides. Throws `INVALID_ARGUMENT` for an even kernel. */
export function samePadding(block: string, kernelSize: number): number {
  requireArgument(
    Number.isInteger(kernelSize) && kernelSize % 2 === 1 && kernelSize >= 1,
    () => `${block} kernelSize must be an odd whole number, got ${kernelSize}.`,
  );
  return (kernelSize - 1) / 2;
}
