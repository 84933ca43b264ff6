import { describe, expect, it } from 'vitest';
import type { Backend } from './backend.ts';
import {
  type BackendProvider,
  createBackend,
  listBackends,
  pickBackend,
  registerBackends,
} from './registry.ts';

function provider(id: string, priority: number, missing?: string): BackendProvider {
  return {
    id,
    priority,
    probe: async () => ({ available: missing === undefined, reason: missing ?? 'present' }),
    create: async () => ({ id }) as Backend,
  };
}

describe('pickBackend', () => {
  it('takes the best that is present and says why others were passed over', async () => {
    const choice = await pickBackend([
      provider('slow', 1),
      provider('fast', 9, 'no GPU'),
      provider('good', 5),
    ]);
    expect(choice.backend.id).toBe('good');
    expect(choice.passedOver).toEqual([{ id: 'fast', reason: 'no GPU' }]);
  });

  it('gives every reason when none is present', async () => {
    await expect(pickBackend([provider('a', 1, 'no A'), provider('b', 2, 'no B')])).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('b: no B; a: no A'),
    });
    await expect(pickBackend([])).rejects.toThrow(/None is registered/);
  });
});

describe('registerBackends', () => {
  it('makes backends known by id, best first, and refuses another provider under a known id', async () => {
    const [low, high] = [provider('test-low', 1), provider('test-high', 2, 'no device')];
    registerBackends([low, high]);
    registerBackends([low]);
    expect(listBackends()).toEqual([high, low]);
    expect((await createBackend('test-low')).id).toBe('test-low');
    await expect(createBackend('test-high')).rejects.toThrow(/cannot run here: no device/);
    await expect(createBackend('other')).rejects.toThrow(/known: test-high, test-low/);
    expect(() => registerBackends([provider('test-low', 1)])).toThrow(/already registered/);
  });
});
