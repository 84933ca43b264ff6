"""PyTorch's side of a case: answers requests on stdin with times on stdout, as JSON lines.

usage: side.py START_FILE THREADS LAYOUT

START_FILE is a safetensors file with the weights in PyTorch's names, the hyperparameters in its metadata, and
one batch: `batch.images` [b, h, w, c] and `batch.labels` [b]. LAYOUT is contiguous or channels_last.
"""

import json
import re
import resource
import sys
import time

import torch
from models import create_model
from start_file import load_weights, read_safetensors
from torch.nn import functional


def create_step(tensors, settings, memory_format):
    """A function that does one step and gives numbers to compare."""
    images = tensors["batch.images"].permute(0, 3, 1, 2).contiguous(memory_format=memory_format)
    labels = tensors["batch.labels"].long()
    classes = int(settings["classes"])

    def network(role):
        if settings[role] == "":
            return None
        model = create_model(settings[role], classes)
        load_weights(model, tensors, f"{role}.")
        return model.to(memory_format=memory_format)

    teacher = network("teacher")
    if teacher is not None:
        teacher.eval()
    if settings["kind"] == "teacher":

        def forward():
            with torch.no_grad():
                return teacher(images).flatten().tolist()

        return forward

    student = network("student").train()
    optimizer = torch.optim.SGD(
        student.parameters(),
        lr=float(settings["learningRate"]),
        momentum=float(settings["momentum"]),
        weight_decay=float(settings["weightDecay"]),
    )
    temperature = float(settings["temperature"])
    label_weight, teacher_weight = float(settings["labelWeight"]), float(settings["teacherWeight"])

    def loss_of(logits):
        cross_entropy = functional.cross_entropy(logits, labels)
        if teacher is None:
            return cross_entropy
        with torch.no_grad():
            targets = functional.softmax(teacher(images) / temperature, dim=1)
        divergence = functional.kl_div(
            functional.log_softmax(logits / temperature, dim=1), targets, reduction="batchmean"
        )
        return label_weight * cross_entropy + teacher_weight * temperature**2 * divergence

    def train():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(student(images))
        loss.backward()
        optimizer.step()
        return [loss.item()]

    return train


def peak_memory():
    """The largest resident memory of this process so far, in MB."""
    try:
        with open("/proc/self/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+) kB", file.read())[1]) / 1000
    except OSError:
        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return largest / (1e6 if sys.platform == "darwin" else 1000)


def answer(message):
    print(json.dumps(message), flush=True)


def main():
    start_file, threads, layout = sys.argv[1:]
    torch.set_num_threads(int(threads))
    # ONNX Runtime's sessions treat denormal numbers as zero too; both are many times slower with them.
    torch.set_flush_denormal(True)
    memory_format = torch.channels_last if layout == "channels_last" else torch.contiguous_format
    step = create_step(*read_safetensors(start_file), memory_format)
    answer({"description": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads"})
    for line in sys.stdin:
        milliseconds, values = [], []
        for _ in range(json.loads(line)["steps"]):
            begin = time.perf_counter()
            values.append(step())
            milliseconds.append((time.perf_counter() - begin) * 1000)
        answer({"milliseconds": milliseconds, "values": values, "peakMegabytes": peak_memory()})


if __name__ == "__main__":
    main()
