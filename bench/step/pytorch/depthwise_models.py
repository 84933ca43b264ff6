"""ShuffleNetV2 and the half MobileNetV2 of RepDistiller (Y. Tian, github.com/HobbitLong/RepDistiller, models/), with its names."""

import torch
from torch import nn
from torch.nn import functional


def unit(inputs, channels, kernel=1, stride=1, groups=1, activation=True):
    """Convolution, batch norm and ReLU, as a list."""
    convolution = nn.Conv2d(inputs, channels, kernel, stride, kernel // 2, groups=groups, bias=False)
    rectifier = [nn.ReLU(inplace=True)] if activation else []
    return [convolution, nn.BatchNorm2d(channels), *rectifier]


def shuffle(x, groups):
    batch, channels, height, width = x.shape
    parts = x.view(batch, groups, channels // groups, height, width)
    return parts.transpose(1, 2).reshape(batch, channels, height, width)


class ShuffleUnit(nn.Module):
    """Units of convolution and batch norm by number; those of `rectified` end in ReLU."""

    def __init__(self, sizes, rectified):
        super().__init__()
        self.rectified = rectified
        for number, size in enumerate(sizes, 1):
            convolution, norm = unit(*size, activation=False)
            setattr(self, f"conv{number}", convolution)
            setattr(self, f"bn{number}", norm)

    def step(self, number, x):
        y = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(x))
        return functional.relu(y, inplace=True) if number in self.rectified else y


class SplitUnit(ShuffleUnit):
    def __init__(self, channels):
        half = channels // 2
        super().__init__([(half, half), (half, half, 3, 1, half), (half, half)], {1, 3})

    def forward(self, x):
        left, right = x.chunk(2, 1)
        for number in (1, 2, 3):
            right = self.step(number, right)
        return shuffle(torch.cat([left, right], 1), 2)


class DownUnit(ShuffleUnit):
    def __init__(self, inputs, channels):
        half = channels // 2
        left = [(inputs, inputs, 3, 2, inputs), (inputs, half)]
        super().__init__([*left, (inputs, half), (half, half, 3, 2, half), (half, half)], {2, 3, 5})

    def forward(self, x):
        left = self.step(2, self.step(1, x))
        right = self.step(5, self.step(4, self.step(3, x)))
        return shuffle(torch.cat([left, right], 1), 2)


class ShuffleNetV2(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1, self.bn1 = unit(3, 24, activation=False)
        inputs = 24
        for index, (channels, blocks) in enumerate([(116, 3), (232, 7), (464, 3)], 1):
            units = [DownUnit(inputs, channels), *(SplitUnit(channels) for _ in range(blocks))]
            setattr(self, f"layer{index}", nn.Sequential(*units))
            inputs = channels
        self.conv2, self.bn2 = unit(inputs, 1024, activation=False)
        self.linear = nn.Linear(1024, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)), inplace=True)
        x = self.layer3(self.layer2(self.layer1(x)))
        x = functional.relu(self.bn2(self.conv2(x)), inplace=True)
        return self.linear(functional.adaptive_avg_pool2d(x, 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, channels, expansion, stride):
        super().__init__()
        wide = inputs * expansion
        self.is_residual = stride == 1 and inputs == channels
        self.conv = nn.Sequential(
            *unit(inputs, wide),
            *unit(wide, wide, 3, stride, wide),
            *unit(wide, channels, activation=False),
        )

    def forward(self, x):
        return x + self.conv(x) if self.is_residual else self.conv(x)


class HalfMobileNetV2(nn.Module):
    GROUPS = [(1, 8, 1, 1), (6, 12, 2, 1), (6, 16, 3, 2), (6, 32, 4, 2), (6, 48, 3, 1), (6, 80, 3, 2), (6, 160, 1, 1)]

    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Sequential(*unit(3, 16, 3, 2))
        inputs = 16
        groups = []
        for expansion, channels, blocks, stride in self.GROUPS:
            group = []
            for block in range(blocks):
                group.append(InvertedResidual(inputs, channels, expansion, stride if block == 0 else 1))
                inputs = channels
            groups.append(nn.Sequential(*group))
        self.blocks = nn.Sequential(*groups)
        self.conv2 = nn.Sequential(*unit(inputs, 1280))
        self.classifier = nn.Sequential(nn.Linear(1280, classes))

    def forward(self, x):
        x = self.conv2(self.blocks(self.conv1(x)))
        return self.classifier(functional.adaptive_avg_pool2d(x, 1).flatten(1))
