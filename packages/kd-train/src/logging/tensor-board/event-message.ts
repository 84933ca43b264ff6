import { PbfWriter } from 'pbf';
import type { Measures } from '../event-measures.ts';

/** What an event of a TensorBoard file says (tensorflow/core/util/event.proto), as far as it is used here. */
export type BoardEvent =
  /** The first of each file. */
  | { readonly type: 'version' }
  /** A run begins or goes on: what earlier files say of steps from `step` on is not true any more. */
  | { readonly type: 'start'; readonly step: number }
  | { readonly type: 'scalars'; readonly step: number; readonly values: Measures }
  /** Markdown. */
  | { readonly type: 'text'; readonly step: number; readonly tag: string; readonly text: string };

const SESSION_START = 1;
const DATA_TYPE_STRING = 7;

/** An `Event` message. `time`: seconds since 1970. */
export function encodeEvent(event: BoardEvent, time: number): Uint8Array {
  const writer = new PbfWriter();
  writer.writeDoubleField(1, time);
  if (event.type === 'version') writer.writeStringField(3, 'brain.Event:2');
  else writer.writeVarintField(2, event.step);
  if (event.type === 'start') writer.writeMessage(7, writeSessionStart, undefined);
  if (event.type === 'scalars') writer.writeMessage(5, writeScalars, event.values);
  if (event.type === 'text') writer.writeMessage(5, writeText, event);
  return writer.finish();
}

function writeSessionStart(_: undefined, writer: PbfWriter): void {
  writer.writeVarintField(1, SESSION_START);
}

function writeScalars(values: Measures, writer: PbfWriter): void {
  for (const value of values) writer.writeMessage(1, writeScalar, value);
}

function writeScalar([tag, value]: Measures[number], writer: PbfWriter): void {
  writer.writeStringField(1, tag);
  writer.writeFloatField(2, value);
}

function writeText(text: { readonly tag: string; readonly text: string }, writer: PbfWriter): void {
  writer.writeMessage(1, writeTextValue, text);
}

function writeTextValue(
  { tag, text }: { readonly tag: string; readonly text: string },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, tag);
  writer.writeMessage(8, writeStringTensor, text);
  writer.writeMessage(9, writeTextMetadata, undefined);
}

/** A `TensorProto` of no dimensions. */
function writeStringTensor(text: string, writer: PbfWriter): void {
  writer.writeVarintField(1, DATA_TYPE_STRING);
  writer.writeMessage(2, () => {}, undefined);
  writer.writeBytesField(8, new TextEncoder().encode(text));
}

function writeTextMetadata(_: undefined, writer: PbfWriter): void {
  writer.writeMessage(1, (__: undefined, plugin: PbfWriter) => plugin.writeStringField(1, 'text'), undefined);
}
