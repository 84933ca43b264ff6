import type { Layers } from 'kd-core';
import { type Cell, type CellOperation, cellOutputs } from './genotype.ts';

export interface PocketNetCellOptions {
  readonly cell: Cell;
  /** Of each node. */
  readonly channels: number;
  /** Whether the cell halves the map: its edges from the two cells before have stride 2. */
  readonly reduces: boolean;
  /** Whether the last cell did, so that the map of the one before is twice as large. */
  readonly followsReduction: boolean;
}

/** One cell of a searched network (Boutros et al. 2022, arXiv:2108.10710, fig. 2). */
export function pocketNetCell<Value>(
  layers: Layers<Value>,
  [beforeLast, last]: readonly [Value, Value],
  { cell, channels, reduces, followsReduction }: PocketNetCellOptions,
): Value {
  const pointwise = { channels, kernelSize: 1, stride: 1 };
  const first = layers.scope('input0');
  const sources = [
    followsReduction ? halving(first, beforeLast, channels) : separable(first, beforeLast, pointwise),
    separable(layers.scope('input1'), last, pointwise),
  ];
  for (const [index, edges] of cell.nodes.entries()) {
    const node = layers.scope(`node${index}`);
    const incoming = edges.map(([operation, source], edge) =>
      applyOperation(node.scope(String(edge)), sources[source]!, {
        operation,
        stride: reduces && source < 2 ? 2 : 1,
      }),
    );
    sources.push(incoming.reduce((sum, each) => layers.add(sum, each)));
  }
  return layers.concat(cellOutputs(cell).map((source) => sources[source]!));
}

interface Operation {
  readonly operation: CellOperation;
  readonly stride: number;
}

function applyOperation<Value>(layers: Layers<Value>, x: Value, { operation, stride }: Operation): Value {
  const channels = layers.channels(x);
  const window = { size: 3, stride, padding: 1 };
  switch (operation) {
    case 'max_pool_3x3':
      return layers.scope('pool').batchNorm('norm', layers.maxPool(x, window));
    case 'avg_pool_3x3':
      return layers
        .scope('pool')
        .batchNorm('norm', layers.averagePool(x, { ...window, countPadding: false }));
    case 'skip_connect':
      return stride === 1 ? x : halving(layers, x, channels);
    case 'dw_conv_1x1':
      return separable(layers, x, { channels, kernelSize: 1, stride });
    case 'dw_conv_3x3':
      return separable(layers, x, { channels, kernelSize: 3, stride });
    case 'dw_conv_5x5':
      return separable(layers, x, { channels, kernelSize: 5, stride });
    case 'dw_conv_7x7':
      return separable(layers, x, { channels, kernelSize: 7, stride });
  }
}

interface SeparableOptions {
  readonly channels: number;
  readonly kernelSize: number;
  readonly stride: number;
}

/** PReLU, a depthwise and a 1x1 convolution, and one batch norm for both. */
function separable<Value>(
  network: Layers<Value>,
  x: Value,
  { channels, kernelSize, stride }: SeparableOptions,
): Value {
  const layers = network.scope('separable');
  const depthwise = { kernelSize, stride, padding: (kernelSize - 1) / 2 };
  const filtered = layers.depthwiseConvolution(
    'depthwise',
    layers.parametricRelu('activation', x),
    depthwise,
  );
  return layers.batchNorm('norm', layers.convolution('pointwise', filtered, { channels, kernelSize: 1 }));
}

/** Half of the channels from the places of even rows and columns, half from those of odd ones. */
function halving<Value>(network: Layers<Value>, x: Value, channels: number): Value {
  const layers = network.scope('halving');
  const activated = layers.parametricRelu('activation', x);
  const places = (name: string, map: Value): Value => {
    const scope = layers.scope(name);
    const taken = scope.depthwiseConvolution('depthwise', map, { kernelSize: 1, stride: 2 });
    return scope.convolution('pointwise', taken, { channels: Math.floor(channels / 2), kernelSize: 1 });
  };
  const halves = [places('even', activated), places('odd', layers.crop(activated, 1, 1))];
  return layers.batchNorm('norm', layers.concat(halves));
}
