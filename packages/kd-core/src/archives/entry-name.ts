/**
 * Why a path from an archive is not one to a file below the archive's root, or undefined when it is. Nothing is ever
 * written under these names; an archive that tries to leave its folder is not one to take anything from.
 */
export function unsafeName(name: string): string | undefined {
  if (name === '') return 'has no name';
  if (name.includes('\0')) return 'has a zero byte in its name';
  if (name.includes('\\')) return 'has a backslash in its name';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'has an absolute path';
  const parts = name.split('/');
  // The last part of a folder's name is empty.
  if (parts.slice(0, -1).includes('')) return 'has an empty folder name in its path';
  return parts.some((part) => part === '..' || part === '.') ? "has '.' or '..' in its path" : undefined;
}
