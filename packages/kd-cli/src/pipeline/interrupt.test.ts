import { expect, it } from 'vitest';
import { fakeHost } from '../testing/fake-host.ts';
import { listenForInterrupt } from './interrupt.ts';

it('ends in order at the first Ctrl-C and at once at the second', () => {
  const host = fakeHost();
  let told = 0;
  const interrupt = listenForInterrupt(host, {
    onFirst: () => {
      told += 1;
    },
    message: 'Continue with: kd distill x --resume',
  });
  expect(() => interrupt.throwIfAborted()).not.toThrow();
  host.interrupt();
  expect(interrupt.signal.aborted).toBe(true);
  expect(host.exits).toEqual([]);
  expect(() => interrupt.throwIfAborted()).toThrow('Continue with: kd distill x --resume');
  host.wait(3000);
  host.interrupt();
  expect(host.exits).toEqual([130]);
  expect(told).toBe(1);
});

it('takes a signal that arrives twice for one press', () => {
  // Ctrl-C reaches the whole group of processes, and a parent passes it on as well.
  const host = fakeHost();
  listenForInterrupt(host, { onFirst: () => {}, message: '' });
  host.interrupt();
  host.wait(20);
  host.interrupt();
  expect(host.exits).toEqual([]);
});

it('hears nothing after stop', () => {
  const host = fakeHost();
  const interrupt = listenForInterrupt(host, { onFirst: () => {}, message: '' });
  interrupt.stop();
  host.interrupt();
  expect(interrupt.signal.aborted).toBe(false);
});
