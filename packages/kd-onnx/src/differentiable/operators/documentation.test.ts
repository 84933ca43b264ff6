import { expect, it } from 'vitest';
import { NEWEST_OPSET, OLDEST_OPSET } from '../network-nodes.ts';
import { onnxOperators } from './index.ts';

const page = `# ONNX operators

What \`onnxModel(file, { differentiable: true })\` reads back into tfjs-core ops: these operators of the standard domain, in
operator sets ${OLDEST_OPSET} to ${NEWEST_OPSET}. A file with another one is refused before any work, with every such node named; as a frozen model, in a
session of its own, it runs all the same. Quantised networks, control flow and sequences are not read.

Each operator gives what ONNX Runtime gives, and has the gradients of ONNX Runtime by differences; both are tested on random shapes
and attributes (\`operators.test.ts\`).

- **Parameters** are the float constants that layers weigh with (the inputs in the second column), whatever their size, and other float
  constants of more than one element that are computed with. They keep the file's names, shapes and order of axes.
  Constants that say what to do (shapes, axes, bounds), single numbers, and what is applied to the images before the first layer
  stay constants.
- **State** are the running statistics of \`BatchNormalization\`. In training, statistics of the batch are used, and the
  running ones follow with the file's momentum; what an exporter has folded into convolutions stays folded.
- **Shapes** may be computed in the graph, of constants and of other shapes. What depends on values of the images is refused.
- **The batch** may have any size, though the file states one: reshapes that keep it follow.
- **Element types**: every float is float32, every integer int32.

| operator | weights | without |
| --- | --- | --- |
${Object.keys(onnxOperators)
  .sort()
  .map((name) => {
    const { weights = [], limits = '' } = onnxOperators[name]!;
    return `| \`${name}\` | ${weights.join(', ')} | ${limits} |`;
  })
  .join('\n')}
`;

it('is documented', async () => {
  await expect(page).toMatchFileSnapshot('../../../../../docs/onnx-operators.md');
});
