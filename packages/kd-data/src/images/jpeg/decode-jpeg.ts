import { KdError } from 'kd-core';
import { takeChannels } from '../channels.ts';
import type { Pixels } from '../pixels.ts';
import type { JpegCodec } from './codec.ts';
import type { JpegHeader } from './read-jpeg-header.ts';

interface OpenCodec extends JpegCodec {
  /** Whether an error has ended its program. */
  failed: boolean;
  /** Messages since the last call. */
  takeMessages(): string[];
}

let shared: Promise<OpenCodec> | undefined;

/**
 * Pixels of a JPEG file, those of libjpeg-turbo as Pillow and torchvision use it, bit for bit.
 * Throws `PARSE` for a file that is damaged so that pixels are missing or made up.
 */
export async function decodeJpeg(bytes: Uint8Array, header: JpegHeader, what: string): Promise<Pixels> {
  let codec = await sharedCodec();
  // Another image may have ended the program meanwhile; from here on nothing is waited for.
  while (codec.failed) codec = await sharedCodec();
  const damaged = (reason: string, cause?: unknown): KdError =>
    new KdError('PARSE', `${what} is damaged: ${reason}.`, { cause });
  codec.takeMessages();
  try {
    const { width, height, data } = codec.decode(bytes);
    const lost = codec.takeMessages().find(losesPixels);
    if (lost !== undefined) throw damaged(lost);
    if (width !== header.width || height !== header.height) {
      throw damaged(`its frame says ${header.width}x${header.height}, but ${width}x${height} came out`);
    }
    const { channels } = header;
    return { width, height, channels, data: takeChannels(data, width * height, 4, channels) };
  } catch (error) {
    if (KdError.isInstance(error)) throw error;
    // The decoder ends its program on an error and does not tidy up, so this instance is not used again.
    codec.failed = true;
    shared = undefined;
    throw damaged(codec.takeMessages().at(-1) ?? 'it cannot be decoded', error);
  }
}

function sharedCodec(): Promise<OpenCodec> {
  shared ??= openCodec();
  return shared;
}

async function openCodec(): Promise<OpenCodec> {
  const { openJpegCodec } = await import('#jpeg-codec');
  let messages: string[] = [];
  const codec = await openJpegCodec((message) => messages.push(message));
  return {
    failed: false,
    decode: (bytes) => codec.decode(bytes),
    takeMessages() {
      const taken = messages;
      messages = [];
      return taken;
    },
  };
}

/**
 * Whether a warning of libjpeg is of pixels that it could not read and filled in. It warns as well of stray bytes
 * between segments and of odd headers, which cost nothing and which real data sets have.
 */
function losesPixels(warning: string): boolean {
  return /premature end|bad (Huffman|arithmetic) code|instead of RST/i.test(warning);
}
