"""What TensorBoard itself reads in a folder of event files, as JSON.

python read-events.py FOLDER

{"scalars": {tag: [[step, value], ...]}, "texts": {tag: [[step, text], ...]}}, with values as float32 and in the order of steps. Needs
the Python package tensorboard alone, without TensorFlow.
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util


def main(folder):
    # 0: keep all events of a kind.
    accumulator = EventAccumulator(folder, size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tags = accumulator.Tags()
    scalars = {tag: [[event.step, event.value] for event in accumulator.Scalars(tag)] for tag in tags["scalars"]}
    texts = {
        tag: [[event.step, text_of(event)] for event in accumulator.Tensors(tag)]
        for tag in tags["tensors"]
        if accumulator.SummaryMetadata(tag).plugin_data.plugin_name == "text"
    }
    json.dump({"scalars": scalars, "texts": texts}, sys.stdout)


def text_of(event):
    return tensor_util.make_ndarray(event.tensor_proto).item().decode()


if __name__ == "__main__":
    main(sys.argv[1])
