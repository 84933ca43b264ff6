import type { EpochReport, Sample } from './distil-digits.ts';

export function showText(id: string, text: string): void {
  document.getElementById(id)!.textContent = text;
}

/** Adds a row to the table of epochs. */
export function showEpoch({ network, epoch, loss, accuracy }: EpochReport): void {
  const row = document.createElement('tr');
  for (const text of [network, String(epoch + 1), loss.toFixed(3), accuracy.toFixed(3)]) {
    row.insertCell().textContent = text;
  }
  document.getElementById('epochs')!.append(row);
}

/** Adds a picture of 8x8 pixels with what the student takes it for. */
export function showDigit({ pixels, label, predicted }: Sample): void {
  const size = Math.sqrt(pixels.length);
  const canvas = document.createElement('canvas');
  canvas.width = size;
  canvas.height = size;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(size, size);
  const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
  pixels.forEach((value, index) => {
    const ink = (255 * (value - low)) / (high - low);
    image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * index);
  });
  context.putImageData(image, 0, 0);
  const caption = document.createElement('figcaption');
  caption.textContent = String(predicted);
  caption.className = predicted === label ? '' : 'wrong';
  const figure = document.createElement('figure');
  figure.append(canvas, caption);
  document.getElementById('digits')!.append(figure);
}
