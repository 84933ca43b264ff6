import { requireArgument } from '../errors.ts';
import type { Classifier } from '../model.ts';
import { sizeOf } from '../trees/host-tensor.ts';
import type { Initializer } from './initializer.ts';
import type { NetworkDescription, Shape, VariableDescription } from './network-description.ts';

/** Collects what the layers of a network declare while it is read over shapes. */
export class NetworkLedger {
  private readonly variables: Map<string, VariableDescription> = new Map();
  private readonly taps: Record<string, Shape> = {};
  /** Values are told apart by the identity of their shapes: every layer makes a new one. */
  private readonly normOf: Map<Shape, string> = new Map();
  private readonly tapNorms: Record<string, string> = {};
  private readonly denseLayers: Map<Shape, { readonly path: string; readonly input: Shape }> = new Map();
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
    const norm = this.normOf.get(shape);
    if (norm !== undefined) this.tapNorms[name] = norm;
  }

  /** Remembers that `shape` is what the batch norm at `path` gives, or a sum with it. */
  markNorm(shape: Shape, path: string | undefined): Shape {
    if (path !== undefined) this.normOf.set(shape, path);
    return shape;
  }

  normAt(shape: Shape): string | undefined {
    return this.normOf.get(shape);
  }

  markDense(output: Shape, path: string, input: Shape): Shape {
    this.denseLayers.set(output, { path, input });
    return output;
  }

  addMacs(count: number): void {
    this.macs += count;
  }

  /** Counts the elements of a layer's output. */
  output(shape: Shape): Shape {
    this.activationElements += sizeOf(shape);
    return [...shape];
  }

  describe(outputShape: Shape): NetworkDescription {
    const classifier = this.classifierOf(outputShape);
    return {
      variables: [...this.variables.values()],
      macs: this.macs,
      activationElements: this.activationElements,
      taps: this.taps,
      tapNorms: this.tapNorms,
      outputShape,
      ...(classifier !== undefined && { classifier }),
    };
  }

  private classifierOf(outputShape: Shape): Classifier | undefined {
    const dense = this.denseLayers.get(outputShape);
    const [tap] = Object.entries(this.taps).find(([, shape]) => shape === dense?.input) ?? [];
    if (dense === undefined || tap === undefined) return undefined;
    const bias = `${dense.path}/bias`;
    return { kernel: `${dense.path}/kernel`, ...(this.variables.has(bias) && { bias }), tap };
  }
}
