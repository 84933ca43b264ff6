import { KdError, requireArgument } from '../errors.ts';
import { type DataType, type HostTensor, sizeOf } from '../trees/host-tensor.ts';
import type { ElementType } from './element-types.ts';
import { littleEndianWords } from './little-endian.ts';
import { lengthBytes, metadataKey } from './safetensors-header.ts';
import type { TensorFile } from './tensor-file.ts';

const encodedTypes: Readonly<Record<DataType, { readonly type: ElementType; readonly bytes: number }>> = {
  float32: { type: 'F32', bytes: 4 },
  int32: { type: 'I32', bytes: 4 },
  bool: { type: 'BOOL', bytes: 1 },
};

/** What the header says of a tensor. */
interface Declaration {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/** Tensors that are asked for one by one, such as another tensor file. */
export interface TensorsToWrite {
  readonly entries: readonly Declaration[];
  read(name: string): HostTensor | Promise<HostTensor>;
  readonly metadata?: TensorFile['metadata'];
}

/**
 * The bytes of a safetensors file as chunks: the header, then tensor by tensor, of which one is in memory at a time.
 * float32 becomes F32, int32 I32, bool BOOL. The same tensors give the same bytes, whatever their order; all data are
 * aligned to their element size. A chunk may be a view of a tensor's memory. `Readable.from` of `node:stream` and
 * `ReadableStream.from` take the result.
 * Throws `INVALID_ARGUMENT` for a tensor named `__metadata__` or two of one name, `SHAPE_MISMATCH` when `read` gives
 * another dtype or shape than its entry says.
 */
export async function* streamSafetensors({
  entries,
  read,
  metadata = {},
}: TensorsToWrite): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const { header, inOrder } = plan(entries, metadata);
  yield header;
  for (const declaration of inOrder) {
    const tensor = await read(declaration.name);
    requireDeclared(tensor, declaration);
    yield tensorBytes(tensor);
  }
}

/** The chunks of `streamSafetensors` for tensors in memory as one array. Throws what that throws. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, HostTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const declarations = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const { header, inOrder, dataLength } = plan(declarations, metadata);
  const bytes = new Uint8Array(header.length + dataLength);
  bytes.set(header);
  let position = header.length;
  for (const { name } of inOrder) {
    const data = tensorBytes(tensors[name]!);
    bytes.set(data, position);
    position += data.length;
  }
  return bytes;
}

interface Plan {
  /** Everything before the data. */
  readonly header: Uint8Array<ArrayBuffer>;
  readonly inOrder: readonly Declaration[];
  readonly dataLength: number;
}

function plan(declarations: readonly Declaration[], metadata: Readonly<Record<string, string>>): Plan {
  requireNames(declarations);
  const inOrder = declarations.toSorted(
    (a, b) => encodedTypes[b.dtype].bytes - encodedTypes[a.dtype].bytes || (a.name < b.name ? -1 : 1),
  );
  let dataLength = 0;
  const entries = inOrder.map(({ name, dtype, shape }) => {
    const { type, bytes } = encodedTypes[dtype];
    const begin = dataLength;
    dataLength += sizeOf(shape) * bytes;
    return [name, { dtype: type, shape, data_offsets: [begin, dataLength] }] as const;
  });
  const hasMetadata = Object.keys(metadata).length > 0;
  const json = new TextEncoder().encode(
    JSON.stringify(
      Object.fromEntries<unknown>([...(hasMetadata ? [[metadataKey, metadata] as const] : []), ...entries]),
    ),
  );
  const jsonLength = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(lengthBytes + jsonLength).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(jsonLength), true);
  header.set(json, lengthBytes);
  return { header, inOrder, dataLength };
}

function requireNames(declarations: readonly Declaration[]): void {
  const names = new Set<string>();
  for (const { name } of declarations) {
    requireArgument(
      name !== metadataKey,
      () => `No tensor can be named '${metadataKey}': the format reserves the name.`,
    );
    requireArgument(!names.has(name), () => `Two tensors are named '${name}'. Give each its own name.`);
    names.add(name);
  }
}

function requireDeclared(tensor: HostTensor, { name, dtype, shape }: Declaration): void {
  if (tensor.dtype === dtype && tensor.shape.join() === shape.join()) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `'${name}' was declared as ${dtype} [${shape.join(', ')}], but read as ${tensor.dtype} [${tensor.shape.join(', ')}]. The header is written already: declare what is read.`,
  );
}

function tensorBytes({ data, dtype }: HostTensor): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  return dtype === 'bool' ? raw : littleEndianWords(raw);
}
