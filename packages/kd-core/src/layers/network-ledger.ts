import { requireArgument } from '../errors.ts';
import { sizeOf } from '../trees/host-tensor.ts';
import type { Initializer } from './initializer.ts';
import type { NetworkDescription, Shape, VariableDescription } from './network-description.ts';

/** Collects what the layers of a network declare while it is read over shapes. */
export class NetworkLedger {
  private readonly variables: Map<string, VariableDescription> = new Map();
  private readonly taps: Record<string, Shape> = {};
  private macs = 0;
  private activationElements = 0;

  /** Throws `INVALID_ARGUMENT` for a path that is taken. */
  addVariable(variable: VariableDescription): void {
    requireArgument(
      !this.variables.has(variable.path),
      () => `The network has two variables '${variable.path}'. Give each layer of a scope its own name.`,
    );
    this.variables.set(variable.path, variable);
  }

  addVector(
    path: string,
    length: number,
    initializer: Initializer,
    kind: VariableDescription['kind'] = 'param',
  ): void {
    this.addVariable({ path, kind, layout: 'vector', shape: [length], initializer });
  }

  /** Throws `INVALID_ARGUMENT` for a name that is taken. */
  addTap(name: string, shape: Shape): void {
    requireArgument(
      !Object.hasOwn(this.taps, name),
      () => `The network has two taps '${name}'. Give each tap its own name.`,
    );
    this.taps[name] = shape;
  }

  addMacs(count: number): void {
    this.macs += count;
  }

  /** Counts the elements of a layer's output. */
  output(shape: Shape): Shape {
    this.activationElements += sizeOf(shape);
    return shape;
  }

  describe(outputShape: Shape): NetworkDescription {
    return {
      variables: [...this.variables.values()],
      macs: this.macs,
      activationElements: this.activationElements,
      taps: this.taps,
      outputShape,
    };
  }
}
