import { type HostTensor, type Tree, visitTree } from 'kd-core';

/** Plain data that describes a configuration: compared when a run is resumed, hashed to name it. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** SHA-256 of `bytes` as 64 lower-case hexadecimal digits. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** JSON with sorted keys, so that equal values give equal text. NaN, the infinities and -0 stay apart. */
export function canonicalJson(value: ConfigValue): string {
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return JSON.stringify(`number:${Object.is(value, -0) ? '-0' : value}`);
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const record = value as { readonly [key: string]: ConfigValue };
  const entries = Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key]!)}`);
  return `{${entries.join(',')}}`;
}

/** SHA-256 of a configuration: independent of the order of keys. */
export function hashConfig(value: ConfigValue): Promise<string> {
  return sha256(new TextEncoder().encode(canonicalJson(value)));
}

/** SHA-256 of the names, types, shapes and values of all leaves of a tree. */
export async function hashTensors(tree: Tree<HostTensor>): Promise<string> {
  const leaves: { path: string; leaf: HostTensor }[] = [];
  visitTree(tree, (leaf, path) => leaves.push({ path, leaf }));
  const manifest: ConfigValue[] = [];
  for (const { path, leaf } of leaves) {
    const { buffer, byteOffset, byteLength } = leaf.data;
    manifest.push([
      path,
      leaf.dtype,
      leaf.shape,
      await sha256(new Uint8Array(buffer, byteOffset, byteLength)),
    ]);
  }
  return hashConfig(manifest);
}
