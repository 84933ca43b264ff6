/** Numbers as a MATLAB 5 file stores them, whatever the class of the array is that they make up. */
export type MatData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

interface MatType {
  readonly bytes: number;
  decode(bytes: Uint8Array, littleEndian: boolean): MatData;
}

const type = <Data extends MatData>(
  bytes: number,
  create: (count: number) => Data,
  read: (view: DataView, offset: number, littleEndian: boolean) => number,
): MatType => ({
  bytes,
  decode(content, littleEndian) {
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    const data = create(content.length / bytes);
    for (let index = 0; index < data.length; index++) data[index] = read(view, index * bytes, littleEndian);
    return data;
  },
});

/** By the number that stands for the type of a data element (MATLAB MAT-File Format, table 1-1). */
export const matTypes: ReadonlyMap<number, MatType> = new Map<number, MatType>([
  [1, { bytes: 1, decode: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length) }],
  [2, { bytes: 1, decode: (bytes) => bytes }],
  [
    3,
    type(
      2,
      (count) => new Int16Array(count),
      (view, at, little) => view.getInt16(at, little),
    ),
  ],
  [
    4,
    type(
      2,
      (count) => new Uint16Array(count),
      (view, at, little) => view.getUint16(at, little),
    ),
  ],
  [
    5,
    type(
      4,
      (count) => new Int32Array(count),
      (view, at, little) => view.getInt32(at, little),
    ),
  ],
  [
    6,
    type(
      4,
      (count) => new Uint32Array(count),
      (view, at, little) => view.getUint32(at, little),
    ),
  ],
  [
    7,
    type(
      4,
      (count) => new Float32Array(count),
      (view, at, little) => view.getFloat32(at, little),
    ),
  ],
  [
    9,
    type(
      8,
      (count) => new Float64Array(count),
      (view, at, little) => view.getFloat64(at, little),
    ),
  ],
]);
