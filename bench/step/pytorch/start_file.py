"""Reads what both sides of a case begin from."""

import json
import struct

import numpy
import torch

TYPES = {"F32": numpy.float32, "I32": numpy.int32}


def read_safetensors(path):
    """Tensors by name, and the metadata."""
    with open(path, "rb") as file:
        content = file.read()
    (size,) = struct.unpack_from("<Q", content)
    header = json.loads(content[8 : 8 + size])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        data = numpy.frombuffer(content[8 + size + begin : 8 + size + end], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(data.reshape(entry["shape"]).copy())
    return tensors, metadata


def load_weights(model, tensors, prefix):
    """Loads the tensors named `prefix...`; every variable must be there, and no other."""
    own = {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    loaded = model.load_state_dict(own, strict=False)
    missing = [name for name in loaded.missing_keys if not name.endswith("num_batches_tracked")]
    if missing or loaded.unexpected_keys:
        raise ValueError(f"weights do not fit: missing {missing}, unexpected {loaded.unexpected_keys}")
