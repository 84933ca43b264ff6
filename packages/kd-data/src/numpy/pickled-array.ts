import {
  type KdError,
  kindOfPickleValue,
  type MemoryBound,
  PickleObject,
  type PickleValue,
  pickleValueBytes,
} from 'kd-core';

type Refuse = (reason: string) => KdError;

/** An element type of numpy, such as `u1`. */
export class PickledType extends PickleObject {
  readonly code: string;

  constructor(code: string) {
    super();
    this.code = code;
  }

  /** Byte order and alignment, which single bytes have none of. */
  override build(): void {}
}

/** An array of numpy within a pickle. Only arrays of unsigned bytes get as far as having content. */
export class PickledArray extends PickleObject {
  private readonly refuse: Refuse;
  private content: PickledBytes | undefined;

  constructor(refuse: Refuse) {
    super();
    this.refuse = refuse;
  }

  /** Throws `PARSE` for an array to which the pickle gave none. */
  get bytes(): PickledBytes {
    if (this.content === undefined) throw this.refuse('an array has no content.');
    return this.content;
  }

  /** The state of numpy's `ndarray.__reduce__`: version, shape, type, whether columns run first, elements. */
  override build(state: PickleValue, bound: MemoryBound): void {
    const parts: readonly PickleValue[] = Array.isArray(state) ? state : [];
    const [version, shape, type, columnsFirst, data] = parts;
    if (parts.length !== 5 || version !== 1 || !isShape(shape) || typeof columnsFirst !== 'boolean') {
      throw this.refuse(`the state of an array is ${kindOfPickleValue(state)} of another form than numpy's.`);
    }
    if (!(type instanceof PickledType) || type.code !== 'u1') {
      throw this.refuse('an array holds other elements than unsigned bytes.');
    }
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    if (!(data instanceof Uint8Array) || data.length !== size) {
      const found = data instanceof Uint8Array ? `${data.length} bytes` : kindOfPickleValue(data);
      throw this.refuse(`an array of shape [${shape.join(', ')}] has ${found}.`);
    }
    bound.charge(contentBytes + pickleValueBytes.item * shape.length);
    // A copy: a pickle can append to a list that it has handed on.
    this.content = { shape: [...shape], columnsFirst, data };
  }
}

export interface PickledBytes {
  readonly shape: readonly number[];
  /** In Fortran's order. */
  readonly columnsFirst: boolean;
  /** A view of the file. */
  readonly data: Uint8Array;
}

/** Of a content and its list in memory, about, without the items. */
const contentBytes = 96;

/** numpy's own limit of axes. */
const mostAxes = 64;

function isShape(value: PickleValue): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAxes &&
    value.every((size) => typeof size === 'number' && Number.isSafeInteger(size) && size >= 0)
  );
}
