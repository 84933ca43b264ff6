import { expect, it } from 'vitest';
import { fakeHost } from '../testing/fake-host.ts';
import { listenForInterrupt } from './interrupt.ts';

it('ends in order at the first Ctrl-C and at once at the second', () => {
  const host = fakeHost();
  const interrupt = listenForInterrupt(host, { saved: '/runs/x', again: 'kd distill x --resume' });
  expect(() => interrupt.throwIfAborted()).not.toThrow();
  host.interrupt();
  expect(interrupt.signal.aborted).toBe(true);
  expect(host.exits).toEqual([]);
  expect(() => interrupt.throwIfAborted()).toThrow(
    'The state is saved in /runs/x. Continue with:\n  kd distill x --resume',
  );
  host.wait(3000);
  host.interrupt();
  expect(host.exits).toEqual([130]);
  expect(host.err()).toBe('\nStopping after this step; Ctrl-C again quits at once.\n');
});

it('takes a signal that arrives twice for one press', () => {
  // Ctrl-C reaches the whole group of processes, and a parent passes it on as well.
  const host = fakeHost();
  listenForInterrupt(host, { saved: '', again: '' });
  host.interrupt();
  host.wait(20);
  host.interrupt();
  expect(host.exits).toEqual([]);
});

it('hears nothing after stop', () => {
  const host = fakeHost();
  const interrupt = listenForInterrupt(host, { saved: '', again: '' });
  interrupt.stop();
  host.interrupt();
  expect(interrupt.signal.aborted).toBe(false);
});
