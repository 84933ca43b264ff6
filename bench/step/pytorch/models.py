"""The networks of RepDistiller (Y. Tian, github.com/HobbitLong/RepDistiller, models/), with its names."""

import re

from depthwise_models import HalfMobileNetV2, ShuffleNetV2
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


class Resnet(nn.Module):
    def __init__(self, depth, widths, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, widths[0], 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        blocks = (depth - 2) // 6
        self.layer1 = self._stage(widths[0], widths[1], 1, blocks)
        self.layer2 = self._stage(widths[1], widths[2], 2, blocks)
        self.layer3 = self._stage(widths[2], widths[3], 2, blocks)
        self.fc = nn.Linear(widths[3], classes)

    @staticmethod
    def _stage(inputs, channels, stride, blocks):
        first = BasicBlock(inputs, channels, stride)
        return nn.Sequential(first, *(BasicBlock(channels, channels, 1) for _ in range(blocks - 1)))

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.fc(functional.avg_pool2d(x, 8).flatten(1))


class WideBlock(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.convShortcut = None
        if inputs != channels:
            self.convShortcut = nn.Conv2d(inputs, channels, 1, stride, bias=False)

    def forward(self, x):
        activated = functional.relu(self.bn1(x), inplace=True)
        y = functional.relu(self.bn2(self.conv1(activated)), inplace=True)
        shortcut = x if self.convShortcut is None else self.convShortcut(activated)
        return shortcut + self.conv2(y)


class WideStage(nn.Module):
    def __init__(self, inputs, channels, stride, blocks):
        super().__init__()
        first = WideBlock(inputs, channels, stride)
        self.layer = nn.Sequential(first, *(WideBlock(channels, channels, 1) for _ in range(blocks - 1)))

    def forward(self, x):
        return self.layer(x)


class WideResnet(nn.Module):
    def __init__(self, depth, widen_factor, classes):
        super().__init__()
        widths = [16 * widen_factor, 32 * widen_factor, 64 * widen_factor]
        blocks = (depth - 4) // 6
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.block1 = WideStage(16, widths[0], 1, blocks)
        self.block2 = WideStage(widths[0], widths[1], 2, blocks)
        self.block3 = WideStage(widths[1], widths[2], 2, blocks)
        self.bn1 = nn.BatchNorm2d(widths[2])
        self.fc = nn.Linear(widths[2], classes)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        x = functional.relu(self.bn1(x), inplace=True)
        return self.fc(functional.avg_pool2d(x, 8).flatten(1))


VGG_WIDTHS = {
    8: [[64], [128], [256], [512], [512]],
    13: [[64, 64], [128, 128], [256, 256], [512, 512], [512, 512]],
}


class Vgg(nn.Module):
    def __init__(self, depth, classes):
        super().__init__()
        inputs = 3
        for index, widths in enumerate(VGG_WIDTHS[depth]):
            layers = []
            for width in widths:
                layers += [
                    nn.Conv2d(inputs, width, 3, padding=1),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                ]
                inputs = width
            setattr(self, f"block{index}", nn.Sequential(*layers))
        self.classifier = nn.Linear(512, classes)

    def forward(self, x):
        for block in (self.block0, self.block1, self.block2):
            x = functional.max_pool2d(block(x), 2, 2)
        x = self.block4(self.block3(x))
        return self.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))


def create_model(name, classes):
    resnet = re.fullmatch(r"resnet(\d+)(x4)?", name)
    if resnet:
        widths = [32, 64, 128, 256] if resnet[2] else [16, 16, 32, 64]
        return Resnet(int(resnet[1]), widths, classes)
    wide = re.fullmatch(r"wrn-(\d+)-(\d+)", name)
    if wide:
        return WideResnet(int(wide[1]), int(wide[2]), classes)
    vgg = re.fullmatch(r"vgg(\d+)", name)
    if vgg:
        return Vgg(int(vgg[1]), classes)
    if name == "shufflenetv2":
        return ShuffleNetV2(classes)
    if name == "mobilenetv2-half":
        return HalfMobileNetV2(classes)
    raise ValueError(f"no network '{name}' here")
