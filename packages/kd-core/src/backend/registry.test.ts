import { describe, expect, it } from 'vitest';
import { KdError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { type BackendProvider, listBackends, pickBackend, registerBackends } from './registry.ts';

function provider(
  id: string,
  priority: number,
  missing?: string,
  { lastResort = false, create }: { lastResort?: boolean; create?: () => Promise<Backend> } = {},
): BackendProvider {
  return {
    id,
    priority,
    probe: async () => ({
      available: missing === undefined || lastResort,
      reason: missing ?? 'present',
      lastResort,
    }),
    create: create ?? (async () => ({ id }) as Backend),
  };
}

describe("pickBackend('auto')", () => {
  it('takes the best that is present and says why others were passed over', async () => {
    const providers = [provider('slow', 1), provider('fast', 9, 'no GPU'), provider('good', 5)];
    for (const choice of [await pickBackend('auto', providers), await pickBackend(undefined, providers)]) {
      expect(choice.backend.id).toBe('good');
      expect(choice.passedOver).toEqual([{ id: 'fast', reason: 'no GPU' }]);
    }
  });

  it('takes what is better not taken only where nothing else runs', async () => {
    const emulated = provider('emulated', 9, 'an emulation', { lastResort: true });
    const plain = await pickBackend('auto', [provider('plain', 1), emulated]);
    expect(plain.backend.id).toBe('plain');
    expect(plain.passedOver).toEqual([{ id: 'emulated', reason: 'an emulation' }]);
    const last = await pickBackend('auto', [provider('plain', 1, 'absent'), emulated]);
    expect(last.backend.id).toBe('emulated');
    expect(last.passedOver).toEqual([{ id: 'plain', reason: 'absent' }]);
  });

  it('passes over what turns out not to run when it is created, but hides no other failure', async () => {
    const failing = (error: Error): BackendProvider =>
      provider('failing', 9, undefined, { create: () => Promise.reject(error) });
    const choice = await pickBackend('auto', [
      provider('plain', 1),
      failing(new KdError('BACKEND_UNAVAILABLE', 'the device is busy')),
    ]);
    expect(choice.backend.id).toBe('plain');
    expect(choice.passedOver).toEqual([{ id: 'failing', reason: 'the device is busy' }]);
    await expect(pickBackend('auto', [provider('plain', 1), failing(new Error('bug'))])).rejects.toThrow(
      'bug',
    );
  });

  it('gives every reason when none is present', async () => {
    await expect(
      pickBackend('auto', [provider('a', 1, 'no A'), provider('b', 2, 'no B')]),
    ).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('b: no B; a: no A'),
    });
    await expect(pickBackend('auto', [])).rejects.toThrow(/None is registered/);
  });
});

describe('pickBackend of an id', () => {
  const providers = [provider('slow', 1), provider('fast', 9, 'install the driver'), provider('good', 5)];

  it('takes that one and passes over nothing, whatever else is better', async () => {
    const choice = await pickBackend('slow', providers);
    expect(choice.backend.id).toBe('slow');
    expect(choice.passedOver).toEqual([]);
  });

  it('does not fall back, and says what is missing', async () => {
    await expect(pickBackend('fast', providers)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: "Backend 'fast' cannot run here: install the driver",
    });
  });

  it('names the known ones, best first', async () => {
    await expect(pickBackend('quick', providers)).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: "There is no backend 'quick'; known: fast, good, slow.",
      details: { known: ['fast', 'good', 'slow'] },
    });
    await expect(pickBackend('quick', [])).rejects.toThrow(/registerBackends/);
  });
});

describe('registerBackends', () => {
  it('makes backends known by id, best first, and refuses another provider under a known id', async () => {
    const [low, high] = [provider('test-low', 1), provider('test-high', 2, 'no device')];
    registerBackends([low, high]);
    registerBackends([low]);
    expect(listBackends()).toEqual([high, low]);
    expect((await pickBackend('test-low')).backend.id).toBe('test-low');
    expect((await pickBackend('auto')).passedOver).toEqual([{ id: 'test-high', reason: 'no device' }]);
    await expect(pickBackend('other')).rejects.toThrow(/known: test-high, test-low/);
    expect(() => registerBackends([provider('test-low', 1)])).toThrow(/already registered/);
  });
});
