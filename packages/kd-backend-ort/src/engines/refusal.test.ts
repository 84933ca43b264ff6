import { encodeModel, GraphBuilder } from 'kd-onnx';
import { describe, expect, it } from 'vitest';
import { openEngine } from './open-engine.ts';
import { runFailure } from './refusal.ts';

describe('a model that an engine refuses', () => {
  it('is named with the operator that is missing', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [1], 'float32');
    const y = builder.op('Teleport', [x], { shape: [1], dtype: 'float32' });
    const engine = await openEngine({ threads: 1 });
    await expect(
      engine.load(encodeModel(builder.build('journey', [y])), { name: 'my step' }),
    ).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/ort-cpu has no operator 'Teleport'.*'my step'.*another backend/s),
      details: { engine: 'ort-cpu', operator: 'Teleport' },
    });
  });

  it('is named with the operator at which it fails', () => {
    const cause = new Error("Non-zero status code returned while running Split node. Name:'Split_v673'");
    expect(runFailure(cause, 'ort-webgpu', 'my step')).toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/ort-webgpu fails at the operator 'Split' of 'my step'/),
      details: { engine: 'ort-webgpu', operator: 'Split' },
      cause,
    });
    const other = new Error('out of memory');
    expect(runFailure(other, 'ort-webgpu', 'my step')).toBe(other);
  });
});
