"""Images that Pillow and torchvision make of small images, for the tests of kd-data's transforms.

    python3 bench/data/make-transform-fixtures.py packages/kd-data/src/testing/transform-fixtures.json.gz

Needs numpy, Pillow, torch and torchvision (made with the versions that the file names; any since torchvision 0.14 should do).
Operations run on 8-bit Pillow images, as torchvision's policies do; only the hue is that of float tensors, as Pillow rounds hue
and saturation to 256 levels on the way.
"""

import base64
import gzip
import json
import sys

import numpy
import PIL
import torch
import torchvision
from PIL import Image
from torchvision.transforms import autoaugment, functional
from torchvision.transforms.functional import InterpolationMode

INTERPOLATIONS = {"nearest": InterpolationMode.NEAREST, "bilinear": InterpolationMode.BILINEAR}
POLICY_NAMES = {
    "Identity": "identity",
    "ShearX": "shearX",
    "ShearY": "shearY",
    "TranslateX": "translateX",
    "TranslateY": "translateY",
    "Rotate": "rotate",
    "Brightness": "brightness",
    "Color": "color",
    "Contrast": "contrast",
    "Sharpness": "sharpness",
    "Posterize": "posterize",
    "Solarize": "solarize",
    "AutoContrast": "autocontrast",
    "Equalize": "equalize",
    "Invert": "invert",
}


def make_image(height, width, channels, seed):
    """Slopes and noise in a part of the levels, so that every operation has something to do."""
    random = numpy.random.default_rng(seed)
    rows, columns = numpy.mgrid[0:height, 0:width]
    slopes = [150 * columns / width + 40, 120 * rows / height + 60, 90 * (rows + columns) / (height + width) + 20]
    noise = random.integers(-20, 21, (height, width, channels))
    image = numpy.stack(slopes[:channels], axis=-1) + noise
    return numpy.clip(numpy.round(image), 0, 255).astype(numpy.uint8)


def to_pillow(array):
    return Image.fromarray(array[:, :, 0] if array.shape[2] == 1 else array)


def encode(image):
    array = numpy.asarray(image)
    if array.ndim == 2:
        array = array[:, :, None]
    return {"shape": list(array.shape), "bytes": base64.b64encode(array.tobytes()).decode()}


def hue(array, shift):
    tensor = torch.from_numpy(array).permute(2, 0, 1).to(torch.float32) / 255
    turned = functional.adjust_hue(tensor, shift).permute(1, 2, 0).numpy()
    return encode(numpy.round(turned * 255).astype(numpy.uint8))


def blur(array, size, sigma):
    tensor = torch.from_numpy(array).permute(2, 0, 1).to(torch.float32) / 255
    blurred = functional.gaussian_blur(tensor, [size, size], [sigma, sigma]).permute(1, 2, 0).numpy()
    return encode(numpy.round(blurred * 255).astype(numpy.uint8))


def operation_cases(name, array):
    image = to_pillow(array)
    cases = []

    def add(operation, arguments, result):
        cases.append({"image": name, "operation": operation, "arguments": arguments, **result})

    for factor in [0, 0.4, 1, 1.7]:
        add("adjustBrightness", [factor], encode(functional.adjust_brightness(image, factor)))
        add("adjustContrast", [factor], encode(functional.adjust_contrast(image, factor)))
        add("adjustSaturation", [factor], encode(functional.adjust_saturation(image, factor)))
        add("adjustSharpness", [factor], encode(functional.adjust_sharpness(image, factor)))
    for shift in [-0.5, -0.1, 0.25, 0.4]:
        add("adjustHue", [shift], hue(array, shift))
    for bits in [1, 4, 7]:
        add("posterize", [bits], encode(functional.posterize(image, bits)))
    for threshold in [0, 90, 128.5, 256]:
        add("solarize", [threshold], encode(functional.solarize(image, threshold)))
    add("autocontrast", [], encode(functional.autocontrast(image)))
    add("equalize", [], encode(functional.equalize(image)))
    add("invertPixels", [], encode(functional.invert(image)))
    add("grayscale", [], encode(functional.to_grayscale(image, array.shape[2])))
    for size, sigma in [(3, 0.8), (7, 2.0)]:
        add("gaussianBlur", [size, sigma], blur(array, size, sigma))
    for height, width in [(6, 5), (24, 31), (9, 40), (array.shape[0], 3)]:
        add("resize", [height, width], encode(functional.resize(image, [height, width], InterpolationMode.BILINEAR)))
    for size in [[5, 4], [6, 7]]:
        add("centerCrop", size, encode(functional.center_crop(image, size)))
    for interpolation, mode in INTERPOLATIONS.items():
        for degrees in [0, 90, 180, -30, 12.5, 135]:
            turned = functional.rotate(image, degrees, interpolation=mode)
            add("rotate", [degrees, interpolation], encode(turned))
        for angle, translation, scale, shear in [
            (0, [2, -1], 1, [0, 0]),
            (20, [0, 0], 0.7, [0, 0]),
            (-35, [1, 3], 1.3, [10, -5]),
        ]:
            result = functional.affine(image, angle, translation, scale, shear, interpolation=mode)
            add("affine", [angle, translation, scale, shear, interpolation], encode(result))
    return cases


def policy_cases(name, array):
    """Each operation at some magnitudes of each policy, from the first (step 0) to the strongest (step `steps`)."""
    image = to_pillow(array)
    height, width, _ = array.shape
    spaces = {
        "narrow": (autoaugment.RandAugment()._augmentation_space(31, (height, width)), 31),
        "wide": (autoaugment.TrivialAugmentWide()._augmentation_space(31), 31),
        "autoAugment": (autoaugment.AutoAugment()._augmentation_space(10, (height, width)), 10),
    }
    cases = []
    for space, (operations, bins) in spaces.items():
        for operation, (magnitudes, signed) in operations.items():
            for index in [0, bins // 3, bins - 1] if magnitudes.ndim > 0 else [0]:
                for sign in [1, -1] if signed else [1]:
                    magnitude = float(magnitudes[index]) if magnitudes.ndim > 0 else 0.0
                    result = autoaugment._apply_op(image, operation, sign * magnitude, InterpolationMode.NEAREST, None)
                    cases.append(
                        {
                            "image": name,
                            "space": space,
                            "operation": POLICY_NAMES[operation],
                            "step": index,
                            "steps": bins - 1,
                            "sign": sign,
                            "magnitude": sign * magnitude,
                            **encode(result),
                        }
                    )
    return cases


def published_policy():
    policy = autoaugment.AutoAugment()._get_policies(autoaugment.AutoAugmentPolicy.CIFAR10)
    return [[[POLICY_NAMES[name], share, magnitude] for name, share, magnitude in steps] for steps in policy]


images = {"colors": make_image(10, 12, 3, 1), "grey": make_image(9, 8, 1, 2)}
fixtures = {
    "versions": {
        "Pillow": PIL.__version__,
        "torch": torch.__version__,
        "torchvision": torchvision.__version__,
    },
    "images": {name: encode(array) for name, array in images.items()},
    "operations": [case for name, array in images.items() for case in operation_cases(name, array)],
    "policies": [case for name, array in images.items() for case in policy_cases(name, array)],
    "cifar10Policy": published_policy(),
}
with open(sys.argv[1], "wb") as file:
    # Without a time, so that the same images give the same file.
    file.write(gzip.compress(json.dumps(fixtures, separators=(",", ":")).encode(), mtime=0))
