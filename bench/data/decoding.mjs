import { Worker } from 'node:worker_threads';
import { builtInDecoder } from 'kd-data';
import { sharpDecoder } from 'kd-data/node';
import { compareRates } from './rates.mjs';

/** Files that a decoder with threads of its own is given at a time. */
const atOnce = 16;

/** JPEG files in memory to pixels. */
export async function measureDecoding({ files }, torch, rounds) {
  if (files.length === 0) {
    console.log('\nDecoding is left out: there are no JPEG files.');
    return;
  }
  const images = files.length;
  const workers = [0, 1].map((half) => {
    const worker = new Worker(new URL('decode-worker.mjs', import.meta.url));
    worker.postMessage(files.filter((_, index) => index % 2 === half));
    return worker;
  });
  const sharp = await sharpDecoder();
  const contenders = [
    { name: 'built-in decoder, one thread', turn: () => decodeAll(builtInDecoder, files, 1) },
    { name: 'built-in decoder, 2 workers', turn: () => decodeInWorkers(workers, images) },
    { name: 'sharp, one image at a time', turn: () => decodeAll(sharp, files, 1) },
    { name: `sharp, ${atOnce} images at a time`, turn: () => decodeAll(sharp, files, atOnce) },
  ];
  for (const workers of torch === undefined ? [] : [0, 2]) {
    contenders.push({
      name: `${torch.decoderName}, ${workers === 0 ? 'one thread' : `${workers} workers`}`,
      turn: () => torch.ask({ task: 'decode', workers }),
    });
  }
  await compareRates('Decoding of 32x32 JPEG files', contenders, rounds);
  for (const worker of workers) await worker.terminate();
}

async function decodeAll(decoder, files, count) {
  let next = 0;
  const decode = async () => {
    while (next < files.length) await decoder.decode(files[next++]);
  };
  await Promise.all(Array.from({ length: count }, decode));
  return { images: files.length };
}

async function decodeInWorkers(workers, images) {
  await Promise.all(
    workers.map((worker) => {
      const done = new Promise((resolve) => worker.once('message', resolve));
      worker.postMessage('decode');
      return done;
    }),
  );
  return { images };
}
