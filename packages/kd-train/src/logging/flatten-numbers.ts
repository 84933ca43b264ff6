/**
 * The numbers in an object by their path, such as `terms/hinton`, in the order of its keys. Lists, texts and what is absent are
 * left out.
 */
export function flattenNumbers(value: object, prefix = ''): [path: string, value: number][] {
  return Object.entries(value).flatMap(([key, each]: [string, unknown]) => {
    const path = `${prefix}${key}`;
    if (typeof each === 'number') return [[path, each] satisfies [string, number]];
    const isRecord = typeof each === 'object' && each !== null && !Array.isArray(each);
    return isRecord ? flattenNumbers(each, `${path}/`) : [];
  });
}
