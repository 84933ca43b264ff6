import type { TensorInfo } from '@tensorflow/tfjs-core';

/** What tfjs passes to kernels: a list of tensors, or tensors and lists of them by name. Optional inputs may be missing. */
export type KernelInputs =
  | readonly TensorInfo[]
  | Readonly<Record<string, TensorInfo | readonly TensorInfo[] | null | undefined>>;

/** Every tensor under a name of its own: lists are numbered, `name.0`, `name.1` or plainly `0`, `1`. */
export function flattenInputs(inputs: KernelInputs): Map<string, TensorInfo> {
  const flat = new Map<string, TensorInfo>();
  for (const [name, input] of Object.entries(inputs) as [
    string,
    TensorInfo | readonly TensorInfo[] | null,
  ][]) {
    if (Array.isArray(input)) {
      for (const [index, each] of input.entries()) flat.set(`${name}.${index}`, each);
    } else if (input != null) flat.set(name, input as TensorInfo);
  }
  return flat;
}

/** The inverse of `flattenInputs`. */
export function restoreInputs(flat: ReadonlyMap<string, TensorInfo>): KernelInputs {
  const names = [...flat.keys()];
  if (names.length > 0 && names.every((name, index) => name === `${index}`)) return [...flat.values()];
  const inputs: Record<string, TensorInfo | TensorInfo[]> = {};
  for (const [key, info] of flat) {
    const [name, index] = key.split('.') as [string, string | undefined];
    const list = inputs[name];
    if (index === undefined) inputs[name] = info;
    else if (Array.isArray(list)) list.push(info);
    else inputs[name] = [info];
  }
  return inputs;
}
