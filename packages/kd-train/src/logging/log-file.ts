/** A file that grows: what file-like sinks write to. Every failure is a `STORAGE` error with the path and the reason. */
export interface LogFile {
  /** Its name without folders, for messages. */
  readonly name: string;
  /** The content, or `undefined` when there is no file. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces the content, wholly or not at all. */
  replace(content: Uint8Array): Promise<void>;
  /** Adds to the end. What has been added survives the end of the process, however sudden. */
  append(content: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A folder in which a sink names its files itself. */
export interface LogFolder {
  /** Of the machine, which is part of the names of TensorBoard's files. */
  readonly host: string;
  /** Names may begin with the name of a folder inside of this one, as in `warm-up/events`. Nothing is made before something is written. */
  file(name: string): LogFile;
}

/** A log that lives as long as the object: for browsers, and for tests. */
export function memoryLogFile(name = 'memory'): LogFile {
  let content: Uint8Array | undefined;
  return {
    name,
    read: async () => content?.slice(),
    async replace(next) {
      content = next.slice();
    },
    async append(added) {
      const joined = new Uint8Array((content?.length ?? 0) + added.length);
      joined.set(content ?? []);
      joined.set(added, content?.length ?? 0);
      content = joined;
    },
    close: async () => {},
  };
}
