"""Writes packages/kd-data/src/testing/fixtures/resize.json: what Pillow makes of a small image in other sizes.

    python bench/data/make-resize-fixtures.py     # needs numpy and Pillow

The pixels of the image follow a formula that the test repeats. `CenterCrop` and `Resize(number)` are written here as
torchvision has them (functional/_functional_pil.py).
"""

import base64
import json
from pathlib import Path

import numpy as np
from PIL import Image

FILE = Path(__file__).parents[2] / "packages/kd-data/src/testing/fixtures/resize.json"
HEIGHT, WIDTH = 13, 17
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def pattern() -> Image.Image:
    y, x, channel = np.mgrid[0:HEIGHT, 0:WIDTH, 0:3]
    return Image.fromarray(((x * 37 + y * 91 + channel * 53 + x * y * 7) % 256).astype(np.uint8))


def resize(image, shorter_side, interpolation):
    width, height = image.size
    if width <= height:
        size = (shorter_side, int(shorter_side * height / width))
    else:
        size = (int(shorter_side * width / height), shorter_side)
    return image.resize(size, interpolation)


def center_crop(image, height, width):
    top = int(round((image.height - height) / 2.0))
    left = int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def main() -> None:
    image = pattern()
    cases = []

    def add(result, **options):
        pixels = base64.b64encode(np.asarray(result).tobytes()).decode()
        cases.append({"options": options, "shape": [result.height, result.width], "pixels": pixels})

    for name, interpolation in FILTERS.items():
        for height, width in [(5, 6), (29, 31), (13, 4), (3, 17), (13, 40)]:
            stretched = image.resize((width, height), interpolation)
            add(stretched, size=[height, width], fit="stretch", filter=name)
        add(center_crop(resize(image, 8, interpolation), 8, 8), size=8, filter=name)
        larger = resize(image, 11, interpolation)
        add(center_crop(larger, 8, 8), size=8, shorterSide=11, filter=name)
        add(center_crop(larger, 9, 10), size=[9, 10], shorterSide=11, filter=name)
    FILE.write_text(json.dumps(cases, indent=1) + "\n")


main()
