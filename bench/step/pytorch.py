"""PyTorch's side of the training step benchmark: answers requests on stdin with times on stdout, as JSON lines.

usage: pytorch.py START_FILE THREADS

START_FILE is a safetensors file with the initial weights in PyTorch's names, the hyperparameters in its
metadata, and one batch: `batch.images` [b, h, w, c] and `batch.labels` [b].
"""

import json
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional


class BasicBlock(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or inputs != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        residual = x if self.downsample is None else self.downsample(x)
        y = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        return functional.relu(self.bn2(self.conv2(y)) + residual, inplace=True)


class Resnet20(nn.Module):
    """The resnet20 of RepDistiller (Y. Tian, github.com/HobbitLong/RepDistiller, models/resnet.py)."""

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, 1)
        self.layer2 = self._stage(16, 32, 2)
        self.layer3 = self._stage(32, 64, 2)
        self.fc = nn.Linear(64, classes)

    @staticmethod
    def _stage(inputs, channels, stride):
        first = BasicBlock(inputs, channels, stride)
        return nn.Sequential(first, *(BasicBlock(channels, channels, 1) for _ in range(2)))

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(functional.avg_pool2d(x, 8).flatten(1))


def read_safetensors(path):
    with open(path, "rb") as file:
        content = file.read()
    (size,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + size])
    metadata = header.pop("__metadata__")
    types = {"F32": numpy.float32, "I32": numpy.int32}
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = numpy.frombuffer(content[8 + size + begin : 8 + size + end], types[entry["dtype"]])
        tensors[name] = torch.from_numpy(data.reshape(entry["shape"]).copy())
    return tensors, metadata


def answer(message):
    print(json.dumps(message), flush=True)


def main():
    start_file, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    tensors, settings = read_safetensors(start_file)
    images = tensors.pop("batch.images").permute(0, 3, 1, 2).contiguous()
    labels = tensors.pop("batch.labels").long()
    model = Resnet20(int(settings["classes"])).train()
    loaded = model.load_state_dict(tensors, strict=False)
    missing = [name for name in loaded.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or loaded.unexpected_keys:
        raise ValueError(f"weights do not fit: missing {missing}, unexpected {loaded.unexpected_keys}")
    optimizer = torch.optim.SGD(
        model.parameters(),
        lr=float(settings["learningRate"]),
        momentum=float(settings["momentum"]),
        weight_decay=float(settings["weightDecay"]),
    )

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    answer({"description": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"})
    for line in sys.stdin:
        milliseconds, losses = [], []
        for _ in range(json.loads(line)["steps"]):
            begin = time.perf_counter()
            losses.append(step())
            milliseconds.append((time.perf_counter() - begin) * 1000)
        answer({"milliseconds": milliseconds, "losses": losses})


if __name__ == "__main__":
    main()
