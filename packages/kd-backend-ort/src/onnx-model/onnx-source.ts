import { requireArgument } from 'kd-core';
import type { ExternalDataSource } from 'kd-onnx';
import { openFile, openSibling } from '#engines';

/** An ONNX file: its bytes, a file or download, or (in Node) its path. */
export type OnnxSource = Uint8Array | Blob | string;

/** Files with data of an ONNX file's tensors, by the location that it states, or a function that gives them. */
export type ExternalData = ExternalDataSource | Readonly<Record<string, Blob | Uint8Array>>;

export interface OpenedSource {
  readonly bytes: Uint8Array;
  /** From the path's last part, where there is a path. */
  readonly name: string | undefined;
  /** Absent where nothing says where other files are. */
  readonly externalData: ExternalDataSource | undefined;
}

/** Reads the file. Other files are looked for beside a path, unless they are given. Throws `STORAGE`, `INVALID_ARGUMENT`. */
export async function openSource(source: OnnxSource, given: ExternalData | undefined): Promise<OpenedSource> {
  const externalData = given === undefined ? undefined : asFunction(given);
  if (source instanceof Uint8Array) return { bytes: source, name: undefined, externalData };
  requireArgument(
    typeof source === 'string' || source instanceof Blob,
    () => 'An ONNX file must be given as Uint8Array, Blob or path.',
  );
  const isPath = typeof source === 'string';
  const blob = isPath ? await openFile(source) : source;
  return {
    bytes: new Uint8Array(await blob.arrayBuffer()),
    name: isPath ? baseName(source) : undefined,
    externalData: externalData ?? (isPath ? (location) => openSibling(source, location) : undefined),
  };
}

function baseName(path: string): string {
  return path
    .split(/[/\\]/)
    .at(-1)!
    .replace(/\.onnx$/i, '');
}

function asFunction(given: ExternalData): ExternalDataSource {
  if (typeof given === 'function') return given;
  return (location) => {
    const file = Object.hasOwn(given, location) ? given[location] : undefined;
    requireArgument(
      file !== undefined,
      () =>
        `externalData has no file '${location}', which the ONNX file needs; it has [${Object.keys(given).join(', ')}].`,
    );
    return file;
  };
}
