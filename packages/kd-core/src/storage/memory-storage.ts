import { checkStorageName, type Storage } from './storage.ts';

/** Storage that lives as long as the object: for tests, and for runs that need no file. */
export function memoryStorage(): Storage {
  const blobs = new Map<string, Uint8Array>();
  return {
    location: 'memory',
    probe: async () => {},
    read: async (name) => blobs.get(name)?.slice(),
    open: async (name) => blobs.get(name)?.slice(),
    async write(name, bytes) {
      checkStorageName(name);
      blobs.set(name, bytes.slice());
    },
    list: async () => [...blobs.keys()].sort(),
    async remove(name) {
      blobs.delete(name);
    },
  };
}
