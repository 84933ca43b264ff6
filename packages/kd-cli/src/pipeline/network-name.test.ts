import { describe, expect, it } from 'vitest';
import { networkName } from './network-name.ts';

const instead = 'Take another.';

describe('the network of a file of weights', () => {
  it('is what the user says, or else what the file says', () => {
    expect(networkName('eval', { said: 'vgg8', stored: 'resnet20', instead })).toBe('vgg8');
    expect(networkName('eval', { said: undefined, stored: 'resnet20', instead })).toBe('resnet20');
  });

  it('must be named', () => {
    expect(() => networkName('hints', { said: undefined, stored: undefined, instead })).toThrow(
      /^kd hints needs --model NAME/,
    );
  });

  it('must be known by its name alone', () => {
    const stored = 'resnet8-4-4-8-16 with the classifier of resnet8';
    expect(() => networkName('eval', { said: undefined, stored, instead })).toThrow(
      /'resnet8-4-4-8-16 with the classifier of resnet8', which is no network that kd knows .* Take another\./,
    );
  });
});
