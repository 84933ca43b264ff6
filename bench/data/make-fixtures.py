"""Writes the small data files of packages/kd-data/src/testing/fixtures, in the layouts of the originals.

    python bench/data/make-fixtures.py     # needs numpy and scipy

Pixels follow one formula, so that a test can say what belongs where: `pixel` below, and `patternImage` in
packages/kd-data/src/testing/fixture.ts. Files are compressed by gzip where the pattern makes them small.
"""

import gzip
import io
import json
import pickle
import struct
from pathlib import Path

import numpy as np
import scipy.io

FOLDER = Path(__file__).parents[2] / "packages/kd-data/src/testing/fixtures"


def pixel(sample, row, column, channel):
    return (sample * 31 + row * 5 + column * 3 + channel * 67) % 256


def images(count, height, width, channels):
    """[count, height, width, channels] of bytes."""
    return np.fromfunction(pixel, (count, height, width, channels), dtype=np.int64).astype(np.uint8)


class Python2Pickler(pickle._Pickler):
    """Writes what cPickle of Python 2 wrote: both kinds of string as its str."""

    dispatch = dict(pickle._Pickler.dispatch)

    def save_string(self, value):
        data = value.encode("latin1") if isinstance(value, str) else value
        if len(data) < 256:
            self.write(pickle.SHORT_BINSTRING + struct.pack("<B", len(data)) + data)
        else:
            self.write(pickle.BINSTRING + struct.pack("<i", len(data)) + data)
        self.memoize(value)

    def put(self, index):
        # cPickle counts from 1.
        return super().put(index + 1)

    def get(self, index):
        return super().get(index + 1)

    dispatch[str] = save_string
    dispatch[bytes] = save_string

    def save_global(self, obj, name=None):
        # numpy 2 has another name for the module that all older files have.
        module = obj.__module__.replace("numpy._core", "numpy.core")
        self.write(pickle.GLOBAL + f"{module}\n{name or obj.__qualname__}\n".encode())
        self.memoize(obj)

    dispatch[type] = save_global
    dispatch[type(len)] = save_global
    dispatch[type(pixel)] = save_global


def python2(value):
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    data = stream.getvalue()
    assert pickle.loads(data, encoding="latin1").keys() == value.keys()
    return data


def write(name, data):
    (FOLDER / f"{name}.gz").write_bytes(gzip.compress(data, 9, mtime=0))


def cifar(count):
    """[count, 3072] of bytes, all red pixels of an image first."""
    return images(count, 32, 32, 3).transpose(0, 3, 1, 2).reshape(count, 3072)


def cifar_files():
    batch = {
        "batch_label": "training batch 1 of 5",
        "labels": [6, 9, 0],
        "data": np.ascontiguousarray(cifar(3)),
        "filenames": ["a_s_000004.png", "b_s_000110.png", "c_s_001034.png"],
    }
    write("cifar10-batch", python2(batch))
    write("cifar10-batch-protocol2", pickle.dumps(batch, protocol=2))
    write("cifar10-batch-protocol4", pickle.dumps({**batch, "data": np.asfortranarray(batch["data"])}, protocol=4))
    hundred = {
        "filenames": ["a", "b"],
        "batch_label": "testing batch 1 of 1",
        "fine_labels": [49, 99],
        "coarse_labels": [10, 13],
        "data": np.ascontiguousarray(cifar(2)),
    }
    write("cifar100-test", python2(hundred))
    write("cifar100-test.bin", b"".join(bytes([c, f]) + d.tobytes() for c, f, d in zip([10, 13], [49, 99], hundred["data"])))
    write("cifar10-batch.bin", b"".join(bytes([l]) + d.tobytes() for l, d in zip(batch["labels"], batch["data"])))


def mat(variables, **options):
    stream = io.BytesIO()
    scipy.io.savemat(stream, variables, **options)
    data = bytearray(stream.getvalue())
    # The time of writing, which would change the file each time.
    data[:116] = b"MATLAB 5.0 MAT-file, Platform: GLNXA64, Created on: Mon Dec  5 21:09:26 2011".ljust(116)
    return bytes(data)


def svhn_files():
    x = images(5, 32, 32, 3).transpose(1, 2, 3, 0)
    y = np.array([[1], [9], [2], [10], [5]])
    write("svhn-compressed.mat", mat({"X": x, "y": y.astype(np.uint8)}, do_compression=True))
    write("svhn-plain.mat", mat({"y": y.astype(np.float64), "X": x}, do_compression=False))
    write("svhn-others.mat", mat({"names": np.array(["a", "b"], dtype=object), "n": 3.5, "X": x, "y": y.astype(np.int32)}, do_compression=True))


def npy(array, version=None):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, version=version)
    return stream.getvalue()


def npy_files():
    """Files of all types, orders and versions, with what numpy has in them."""
    cases = {}
    values = np.array([[0, 1, 2], [100, 50, 3]])
    for code in ["b1", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"]:
        for order in "<>" if code[1] != "1" else "|":
            array = values.astype(order + code)
            if code[0] in "if":
                array = -array
            cases[f"{'little' if order == '<' else 'big' if order == '>' else 'byte'}-{code}"] = (array, None)
    cases["fortran"] = (np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)), None)
    cases["version2"] = (values.astype("<i4"), (2, 0))
    cases["version3"] = (values.astype("<i4"), (3, 0))
    cases["scalar"] = (np.array(2.5), None)
    cases["empty"] = (np.zeros((0, 4), "<f4"), None)
    out = {}
    for name, (array, version) in cases.items():
        out[name] = {
            "file": npy(array, version).hex(),
            "shape": list(array.shape),
            "values": [float(v) for v in array.flatten(order="C")],
        }
    write("npy-cases.json", json.dumps(out).encode())


def npz(save, **arrays):
    stream = io.BytesIO()
    save(stream, **arrays)
    return stream.getvalue()


def npz_files():
    train, test = images(4, 6, 5, 1)[..., 0], images(2, 6, 5, 1)[..., 0]
    # As keras.datasets.mnist has it.
    keras = dict(x_train=train, y_train=np.array([0, 1, 2, 1], np.uint8), x_test=test, y_test=np.array([2, 0], np.uint8))
    (FOLDER / "keras-mnist.npz").write_bytes(npz(np.savez_compressed, **keras))
    # As a PyTorch user saves tensors: channels first, floats, 64-bit labels.
    first = images(3, 4, 4, 3).transpose(0, 3, 1, 2).astype(np.float32) / 255
    (FOLDER / "channels-first.npz").write_bytes(npz(np.savez, images=first, labels=np.array([[1], [0], [1]])))


FOLDER.mkdir(exist_ok=True)
cifar_files()
svhn_files()
npy_files()
npz_files()
