import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { lowerings } from './index.ts';
import { kernelsWithoutLowering } from './not-lowered.ts';

/** tfjs-core exports the name of every kernel as a constant of the same name. */
const kernels = Object.entries(tf)
  .filter(([name, value]) => name === value)
  .map(([name]) => name)
  .sort();

const page = `# Kernels

How each kernel of tfjs-core 4.22 runs on ONNX Runtime. A *lowered* kernel becomes ONNX operators of opset 18, wherever
its tensors come from. The others cannot be recorded by \`trace\` and \`compile\`, which name them, and the program's line,
in their error; on the tfjs backend (\`useBackend\`) they run in tfjs's plain JavaScript, with a warning the first time.

A call that a lowering has no form for runs in JavaScript as well. Results are those of tfjs's CPU backend to rounding, where
that is right. Where it is not, they are what the kernel means: gradients of padded average pooling, of pooling volumes with
windows that are no cubes, of resizing images in batches, that are not square, or at half pixels; \`transform\` of batches.

This page is written by \`packages/kd-onnx/src/lowerings/kernels.test.ts\`, which fails where it is not true.

## Lowered

${Object.keys(lowerings)
  .sort()
  .map((kernel) => `\`${kernel}\``)
  .join(', ')}

## Not lowered

| kernel | reason |
| --- | --- |
${Object.entries(kernelsWithoutLowering)
  .map(([kernel, reason]) => `| \`${kernel}\` | ${reason} |`)
  .join('\n')}
`;

describe('kernels', () => {
  it('has a lowering for every kernel of tfjs-core, or a reason for none', () => {
    expect(kernels.length).toBeGreaterThan(150);
    expect([...Object.keys(lowerings), ...Object.keys(kernelsWithoutLowering)].sort()).toEqual(kernels);
  });

  it('is documented', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/kernels.md');
  });
});
