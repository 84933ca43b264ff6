import type { z } from 'zod';

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly options?: readonly z.core.$ZodType[];
  readonly innerType?: z.core.$ZodType;
  /** Of a part that refers to itself. */
  readonly getter?: () => z.core.$ZodType;
  /** Of an object whose keys are free. */
  readonly valueType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly items?: readonly z.core.$ZodType[];
}

/** The keys that `schema` allows in the object at `path` of `input`; of a union, those of the part that `input` means. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const definition = schema._zod.def as Definition;
  const inner = definition.innerType ?? definition.getter?.();
  if (inner !== undefined) return keysAt(inner, path, input);
  if (definition.options !== undefined) {
    return definition.options
      .filter((option) => fits(option, input))
      .flatMap((option) => keysAt(option, path, input))
      .filter((key, index, all) => all.indexOf(key) === index);
  }
  const [head, ...rest] = path;
  if (head === undefined) return Object.keys(definition.shape ?? {});
  const child =
    definition.shape?.[String(head)] ??
    definition.element ??
    definition.valueType ??
    definition.items?.[Number(head)];
  return child === undefined ? [] : keysAt(child, rest, (input as Record<PropertyKey, unknown>)[head]);
}

/** Whether an object could be meant for a part of a union, judged by its literals (`name: 'sgd'`). */
function fits(option: z.core.$ZodType, input: unknown): boolean {
  const { shape, options } = option._zod.def as Definition;
  if (options !== undefined) return true;
  if (shape === undefined || typeof input !== 'object' || input === null) return false;
  return Object.entries(shape).every(([key, part]) => {
    const literal = part._zod.def as { type: string; values?: readonly unknown[] };
    return (
      literal.type !== 'literal' || literal.values?.includes((input as Record<string, unknown>)[key]) === true
    );
  });
}
