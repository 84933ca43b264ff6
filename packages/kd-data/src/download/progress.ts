export interface DatasetProgress {
  readonly action: 'downloading' | 'checking' | 'unpacking' | 'copying';
  /** Of what: the name of a file. */
  readonly file: string;
  /** Bytes, or files where it is unpacked. */
  readonly done: number;
  readonly all: number | undefined;
}

export type OnDatasetProgress = (progress: DatasetProgress) => void;
