import { crc32c } from 'kd-core';
import { PbfReader } from 'pbf';

/** An event as its file has it. */
export interface ReadEvent {
  time?: number;
  step?: number;
  version?: string;
  isStart?: boolean;
  values: Record<string, number | string>;
}

/** Reads a TensorBoard file by the definitions of its formats. Throws where a checksum is wrong; half a record at the end is left out. */
export function readEventFile(bytes: Uint8Array): ReadEvent[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const check = (start: number, length: number): void => {
    const masked = view.getUint32(start + length, true);
    const rotated = (masked - 0xa282ead8) >>> 0;
    const stored = ((rotated >>> 17) | (rotated << 15)) >>> 0;
    if (stored !== crc32c(bytes.subarray(start, start + length))) throw new Error(`bad checksum at ${start}`);
  };
  const events: ReadEvent[] = [];
  let at = 0;
  while (at + 12 <= bytes.length) {
    check(at, 8);
    const length = Number(view.getBigUint64(at, true));
    if (at + 16 + length > bytes.length) break;
    check(at + 12, length);
    const event: ReadEvent = { values: {} };
    new PbfReader(bytes.subarray(at + 12, at + 12 + length)).readFields(readEvent, event);
    events.push(event);
    at += 16 + length;
  }
  return events;
}

function readEvent(tag: number, event: ReadEvent | undefined, reader: PbfReader): void {
  if (tag === 1) event!.time = reader.readDouble();
  else if (tag === 2) event!.step = reader.readVarint();
  else if (tag === 3) event!.version = reader.readString();
  else if (tag === 5) reader.readMessage(readSummary, event);
  else if (tag === 7) event!.isStart = reader.readMessage(readSession, { isStart: false }).isStart;
}

function readSession(tag: number, session: { isStart: boolean } | undefined, reader: PbfReader): void {
  if (tag === 1) session!.isStart = reader.readVarint() === 1;
}

function readSummary(tag: number, event: ReadEvent | undefined, reader: PbfReader): void {
  if (tag !== 1) return;
  const value = reader.readMessage(readValue, { tag: '', content: '' as number | string });
  event!.values[value.tag] = value.content;
}

function readValue(
  tag: number,
  value: { tag: string; content: number | string } | undefined,
  reader: PbfReader,
): void {
  if (tag === 1) value!.tag = reader.readString();
  else if (tag === 2) value!.content = reader.readFloat();
  else if (tag === 8) value!.content = reader.readMessage(readTensor, { text: '' }).text;
}

function readTensor(tag: number, tensor: { text: string } | undefined, reader: PbfReader): void {
  if (tag === 8) tensor!.text = new TextDecoder().decode(reader.readBytes());
}
