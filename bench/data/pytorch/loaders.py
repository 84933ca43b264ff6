"""PyTorch's DataLoader with torchvision's transforms: answers each JSON line with the images that it made and the seconds.

usage: loaders.py FOLDER BATCH_SIZE, where FOLDER holds what pytorch-side.mjs writes
"""

import io
import json
import sys
import time

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

try:
    import torchvision
    from torchvision import transforms
except ImportError:
    torchvision = None

folder, batch_size = sys.argv[1], int(sys.argv[2])
mean, deviation = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class PadCropFlipNormalize:
    """The same with Pillow and PyTorch alone, where torchvision is not installed."""

    def __call__(self, image):
        padded = Image.new("RGB", (40, 40))
        padded.paste(image, (4, 4))
        left, top = torch.randint(0, 9, (2,)).tolist()
        image = padded.crop((left, top, left + 32, top + 32))
        if torch.rand(1).item() < 0.5:
            image = image.transpose(Image.FLIP_LEFT_RIGHT)
        pixels = torch.from_numpy(numpy.array(image)).permute(2, 0, 1).float().div(255)
        return (pixels - torch.tensor(mean).view(3, 1, 1)) / torch.tensor(deviation).view(3, 1, 1)


def augmentation():
    if torchvision is None:
        return PadCropFlipNormalize()
    return transforms.Compose(
        [
            transforms.RandomCrop(32, padding=4),
            transforms.RandomHorizontalFlip(),
            transforms.ToTensor(),
            transforms.Normalize(mean, deviation),
        ]
    )


class Cifar(Dataset):
    """As torchvision.datasets.CIFAR10 has it: an array of pixels, an image of Pillow for each sample."""

    def __init__(self):
        self.pixels = numpy.fromfile(f"{folder}/pixels.bin", numpy.uint8).reshape(-1, 32, 32, 3)
        self.labels = numpy.fromfile(f"{folder}/labels.bin", numpy.int32)
        self.transform = augmentation()

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, index):
        return self.transform(Image.fromarray(self.pixels[index])), int(self.labels[index])


class Files(Dataset):
    """JPEG files in memory, decoded by Pillow."""

    def __init__(self):
        with open(f"{folder}/files.bin", "rb") as file:
            content = file.read()
        ends = numpy.cumsum(json.load(open(f"{folder}/lengths.json"))).tolist()
        self.files = [content[begin:end] for begin, end in zip([0, *ends], ends)]

    def __len__(self):
        return len(self.files)

    def __getitem__(self, index):
        with Image.open(io.BytesIO(self.files[index])) as image:
            return torch.from_numpy(numpy.array(image.convert("RGB")))


def open_loader(dataset, workers, shuffle):
    return DataLoader(
        dataset,
        batch_size,
        shuffle=shuffle,
        drop_last=shuffle,
        num_workers=workers,
        # Workers stay from epoch to epoch, so that their start is no part of the time.
        persistent_workers=workers > 0,
    )


def main():
    torch.set_num_threads(1)
    by_task = {"load": Cifar(), "decode": Files()}
    loaders = {}
    installed = "no torchvision" if torchvision is None else f"torchvision {torchvision.__version__}"
    used = "torch DataLoader" if torchvision is None else "torchvision DataLoader"
    description = f"PyTorch {torch.__version__}, {installed}, Pillow {Image.__version__}"
    ready = {"description": description, "loaderName": used, "decoderName": "Pillow in DataLoader"}
    print(json.dumps({"description": ready}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        task, workers = request["task"], request["workers"]
        loader = loaders.setdefault(
            (task, workers), open_loader(by_task[task], workers, shuffle=task == "load")
        )
        begin = time.perf_counter()
        images = 0
        for batch in loader:
            images += len(batch[0] if task == "load" else batch)
        print(json.dumps({"images": images, "seconds": time.perf_counter() - begin}), flush=True)


main()
