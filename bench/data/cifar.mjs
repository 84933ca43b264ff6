import { openAsBlob } from 'node:fs';
import { join } from 'node:path';
import { arrayDataset, builtInDecoder, imageArchive, intoMemory } from 'kd-data';
import { sharedFolder } from '../../tools/lib/shared.mjs';

const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const samples = 12_800;
/** Files that are decoded again and again. */
const decoded = 4_000;
const size = 32 * 32 * 3;

/** Images of CIFAR-10's size, decoded, and as the bytes of their JPEG files where those are there. */
export async function openCifar() {
  const shared = sharedFolder();
  if (shared === undefined) return { ...madeUp(), files: [] };
  const path = join(shared, 'data', 'cifar10-jpeg', 'train.zip');
  const files = [];
  const decoder = {
    ...builtInDecoder,
    name: 'recording',
    decode(bytes, options) {
      if (files.length < decoded) files.push(bytes);
      return builtInDecoder.decode(bytes, options);
    },
  };
  const all = await imageArchive(await openAsBlob(path), { name: 'cifar10', decoder });
  // Every fourth, so that all classes are there.
  const stride = Math.floor(all.length / samples);
  const chosen = {
    ...all,
    length: samples,
    label: (index) => all.label(index * stride),
    pixels: (index) => all.pixels(index * stride),
  };
  const dataset = await intoMemory(chosen);
  return {
    dataset,
    files,
    description: `${samples} images of CIFAR-10, decoded before, and ${files.length} of its JPEG files.`,
  };
}

function madeUp() {
  const pixels = new Uint8Array(samples * size);
  // Multiplicative hashing: bytes without a pattern that a processor could learn.
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.imul(i, 2_654_435_761) >>> 24;
  const labels = Int32Array.from({ length: samples }, (_, index) => index % classNames.length);
  return {
    dataset: arrayDataset({ name: 'made up', pixels, labels, inputShape: [32, 32, 3], classNames }),
    description: `${samples} made up images of 32x32x3: CIFAR-10 is not here (KD_SHARED).`,
  };
}
