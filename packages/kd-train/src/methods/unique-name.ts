/** `name`, or `name2`, `name3`, ... where that is taken. */
export function uniqueName(name: string, taken: Iterable<string>): string {
  const known = new Set(taken);
  let candidate = name;
  for (let number = 2; known.has(candidate); number++) candidate = `${name}${number}`;
  return candidate;
}
