type Subtle = typeof globalThis.crypto.subtle;

/** SHA-256 of some byte strings, each by itself, and a text; undefined on pages that are not secure, where there is none. */
export async function fingerprint(parts: readonly Uint8Array[], text: string): Promise<string | undefined> {
  const subtle: Subtle | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return undefined;
  const digests: string[] = [];
  for (const part of [...parts, new TextEncoder().encode(text)]) digests.push(await sha256(subtle, part));
  return sha256(subtle, new TextEncoder().encode(digests.join(' ')));
}

async function sha256(subtle: Subtle, bytes: Uint8Array): Promise<string> {
  const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
