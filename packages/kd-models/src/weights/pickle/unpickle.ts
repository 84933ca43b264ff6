import { KdError } from 'kd-core';
import { ByteCursor } from './byte-cursor.ts';
import { type MemoryBound, valueBytes } from './memory-bound.ts';
import { opcode, refusedOpcode } from './opcodes.ts';
import { kindOf, PickleDict, type PickleGlobal, type PickleValue, pickleFailure } from './pickle-values.ts';

export interface UnpickleOptions {
  /** Where the pickle begins. */
  readonly position: number;
  readonly bound: MemoryBound;
  /** What a name means. Throws for what may not be built. */
  readonly findGlobal: (module: string, name: string) => PickleGlobal;
  readonly loadPersistent: (id: PickleValue) => PickleValue;
}

export interface Unpickled {
  readonly value: PickleValue;
  /** After the pickle. */
  readonly end: number;
}

/** Python's pickler empties its stack after each thousand items. */
const HIGHEST_STACK = 1 << 18;
/** Of integers: PyTorch's magic number has ten. */
const LONGEST_INTEGER = 32;

/**
 * Runs one pickle (protocols 2 to 5) on a stack machine that can make numbers, text, containers and what `findGlobal`
 * knows, and nothing else. It neither recurses nor loops: its work is bounded by the bytes, its memory by `bound`.
 * Throws `EndOfBytes` when the bytes end first, `PARSE` and `UNSUPPORTED`.
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): Unpickled {
  const machine = new PickleMachine(new ByteCursor(bytes, options.position), options);
  return machine.run();
}

class PickleMachine {
  private readonly cursor: ByteCursor;
  private readonly options: UnpickleOptions;
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo: PickleValue[] = [];

  constructor(cursor: ByteCursor, options: UnpickleOptions) {
    this.cursor = cursor;
    this.options = options;
  }

  run(): Unpickled {
    for (;;) {
      const code = this.cursor.uint8();
      if (code === opcode.stop) return { value: this.pop(), end: this.cursor.position };
      this.step(code);
    }
  }

  private step(code: number): void {
    const { cursor } = this;
    switch (code) {
      case opcode.protocol:
        requireProtocol(cursor.uint8());
        return;
      case opcode.frame:
        cursor.uint64();
        return;
      case opcode.none:
        this.push(null);
        return;
      case opcode.true:
        this.push(true);
        return;
      case opcode.false:
        this.push(false);
        return;
      case opcode.binaryInteger:
        this.push(cursor.int32());
        return;
      case opcode.binaryInteger1:
        this.push(cursor.uint8());
        return;
      case opcode.binaryInteger2:
        this.push(cursor.uint16());
        return;
      case opcode.long1:
        this.pushInteger(cursor.uint8());
        return;
      case opcode.long4:
        this.pushInteger(cursor.uint32());
        return;
      case opcode.binaryFloat:
        this.pushNew(cursor.float64(), valueBytes.number);
        return;
      case opcode.shortBinaryString:
      case opcode.shortBinaryUnicode:
        this.pushText(cursor.uint8());
        return;
      case opcode.binaryString:
      case opcode.binaryUnicode:
        this.pushText(cursor.uint32());
        return;
      case opcode.binaryUnicode8:
        this.pushText(cursor.uint64());
        return;
      default:
        this.stepContainer(code);
    }
  }

  private stepContainer(code: number): void {
    switch (code) {
      case opcode.mark:
        if (this.marks.length >= HIGHEST_STACK) throw tooDeep();
        this.marks.push(this.stack.length);
        return;
      case opcode.pop:
        // Python: a mark on top is what is popped.
        if (this.marks.at(-1) === this.stack.length) this.marks.pop();
        else this.pop();
        return;
      case opcode.popMark:
        this.popToMark();
        return;
      case opcode.dup:
        this.push(this.top());
        return;
      case opcode.emptyList:
      case opcode.emptySet:
        this.pushNew([], valueBytes.list);
        return;
      case opcode.emptyDict:
        this.pushNew(new PickleDict(), valueBytes.dict);
        return;
      case opcode.emptyTuple:
        this.pushTuple([]);
        return;
      case opcode.tuple1:
        this.pushTuple([this.pop()]);
        return;
      case opcode.tuple2:
        this.pushTuple(this.popSeveral(2));
        return;
      case opcode.tuple3:
        this.pushTuple(this.popSeveral(3));
        return;
      case opcode.tuple:
      case opcode.list:
      case opcode.frozenSet:
        this.pushTuple(this.popToMark());
        return;
      case opcode.dict: {
        const items = this.popToMark();
        const dict = new PickleDict();
        this.setItems(dict, items);
        this.pushNew(dict, valueBytes.dict);
        return;
      }
      case opcode.append:
        this.appendItems([this.pop()]);
        return;
      case opcode.appends:
      case opcode.addItems:
        this.appendItems(this.popToMark());
        return;
      case opcode.setItem: {
        const value = this.pop();
        const key = this.pop();
        this.setItems(this.top(), [key, value]);
        return;
      }
      case opcode.setItems: {
        const items = this.popToMark();
        this.setItems(this.top(), items);
        return;
      }
      default:
        this.stepObject(code);
    }
  }

  private stepObject(code: number): void {
    const { cursor, options } = this;
    switch (code) {
      case opcode.put:
        this.putMemo(cursor.uint8());
        return;
      case opcode.longPut:
        this.putMemo(cursor.uint32());
        return;
      case opcode.memoize:
        this.putMemo(this.memo.length);
        return;
      case opcode.get:
        this.getMemo(cursor.uint8());
        return;
      case opcode.longGet:
        this.getMemo(cursor.uint32());
        return;
      case opcode.global: {
        const module = cursor.line();
        this.push(options.findGlobal(module, cursor.line()));
        return;
      }
      case opcode.stackGlobal: {
        const [module, name] = this.popSeveral(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw pickleFailure('the name of a class is not text.');
        }
        this.push(options.findGlobal(module, name));
        return;
      }
      case opcode.reduce:
        this.reduce();
        return;
      case opcode.build:
        // Attributes, such as the versions that PyTorch notes on a state dict.
        this.pop();
        this.top();
        return;
      case opcode.persistentId:
        this.push(options.loadPersistent(this.pop()));
        return;
      default:
        throw refused(code);
    }
  }

  private reduce(): void {
    const [callable, args] = this.popSeveral(2);
    const { call, name } = (callable ?? {}) as Partial<PickleGlobal>;
    if (typeof call !== 'function' || !Array.isArray(args)) {
      throw pickleFailure(`it calls ${name ?? kindOf(callable)} with ${kindOf(args)}.`);
    }
    this.push(call(args, this.options.bound));
  }

  private push(value: PickleValue): void {
    if (this.stack.length >= HIGHEST_STACK) throw tooDeep();
    this.stack.push(value);
  }

  private pushNew(value: PickleValue, size: number): void {
    this.options.bound.charge(size);
    this.push(value);
  }

  private pushTuple(items: PickleValue[]): void {
    this.pushNew(items, valueBytes.tuple + valueBytes.item * items.length);
  }

  private pushText(length: number): void {
    this.options.bound.charge(valueBytes.text + 2 * Math.min(length, 2 ** 40));
    this.push(this.cursor.text(length));
  }

  private pushInteger(length: number): void {
    if (length > LONGEST_INTEGER) throw unsupported(`an integer of ${length} bytes`);
    this.pushNew(this.cursor.integer(length), valueBytes.number + length);
  }

  private top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw emptyStack();
    return this.stack.at(-1);
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popSeveral(count: number): PickleValue[] {
    if (this.stack.length - (this.marks.at(-1) ?? 0) < count) throw emptyStack();
    return this.stack.splice(-count);
  }

  private popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw emptyStack();
    return this.stack.splice(mark);
  }

  private appendItems(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw pickleFailure(`it appends to ${kindOf(list)}.`);
    this.options.bound.charge(valueBytes.slot * items.length);
    for (const item of items) list.push(item);
  }

  private setItems(dict: PickleValue, items: readonly PickleValue[]): void {
    if (!(dict instanceof PickleDict) || items.length % 2 === 1) {
      throw pickleFailure(`it sets ${items.length} keys and values of ${kindOf(dict)}.`);
    }
    this.options.bound.charge(valueBytes.slot * items.length);
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1]);
  }

  /** Picklers number the memo without gaps; a gap would only make a sparse list of it. */
  private putMemo(index: number): void {
    if (index > this.memo.length) throw pickleFailure(`its memo has no place ${index} yet.`);
    this.options.bound.charge(valueBytes.slot);
    this.memo[index] = this.top();
  }

  private getMemo(index: number): void {
    if (index >= this.memo.length) throw pickleFailure(`its memo has no value ${index}.`);
    this.push(this.memo[index]);
  }
}

function requireProtocol(version: number): void {
  if (version < 2 || version > 5) throw unsupported(`pickle protocol ${version}`);
}

function refused(code: number): KdError {
  const name = refusedOpcode(code);
  return name === undefined
    ? pickleFailure(`byte ${code} is no instruction of a pickle.`)
    : unsupported(`the pickle instruction ${name}`);
}

function unsupported(what: string): KdError {
  return new KdError(
    'UNSUPPORTED',
    `The PyTorch file uses ${what}, which a state dict does not need. Save the state dict with torch.save(model.state_dict(), path).`,
  );
}

function emptyStack(): KdError {
  return pickleFailure('its pickle takes more values than it makes.');
}

function tooDeep(): KdError {
  return pickleFailure(`its pickle holds more than ${HIGHEST_STACK} values at a time.`);
}
