import type { Image } from '../transform.ts';

/**
 * Turns the hue by `shift` of the colour circle, as torchvision's `adjust_hue` of float tensors (Pillow's own path rounds hue,
 * saturation and value to 256 levels each, and so differs by up to a few levels). A grey image stays as it is.
 */
export function adjustHue(image: Image, shift: number): Image {
  const { data, shape } = image;
  if (shape[2] === 1 || shift === 0) return image;
  const turned = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += 3) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    // The sixth of the circle in which the colour is, and how far it is in it.
    const sixths = chroma === 0 ? 0 : hueInSixths(red, green, blue, value, chroma) + 6 * shift;
    const place = sixths - 6 * Math.floor(sixths / 6);
    const sector = Math.floor(place) % 6;
    const within = place - Math.floor(place);
    const low = value - chroma;
    const falling = value - chroma * within;
    const rising = value - chroma * (1 - within);
    turned[at] = sector === 0 || sector === 5 ? value : sector === 1 ? falling : sector === 4 ? rising : low;
    turned[at + 1] =
      sector === 1 || sector === 2 ? value : sector === 0 ? rising : sector === 3 ? falling : low;
    turned[at + 2] =
      sector === 3 || sector === 4 ? value : sector === 2 ? rising : sector === 5 ? falling : low;
  }
  return { data: turned, shape };
}

/** 0 red, 2 green, 4 blue; -1 to 5. */
function hueInSixths(red: number, green: number, blue: number, value: number, chroma: number): number {
  if (value === red) return (green - blue) / chroma;
  return value === green ? 2 + (blue - red) / chroma : 4 + (red - green) / chroma;
}
