import type { KdError } from '../errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import { type MemoryBound, pickleValueBytes } from './memory-bound.ts';
import { opcode, refusedOpcode } from './opcodes.ts';
import type { PickleFormat } from './pickle-format.ts';
import {
  kindOfPickleValue,
  PickleDict,
  type PickleGlobal,
  PickleObject,
  type PickleValue,
} from './pickle-values.ts';

export interface UnpickleOptions {
  /** Where the pickle begins. */
  readonly position: number;
  readonly bound: MemoryBound;
  readonly format: PickleFormat;
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
 * Runs one pickle (protocols 2 to 5) on a stack machine that can make numbers, text, bytes, containers and what the format
 * knows, and nothing else. It neither recurses nor loops: its work is bounded by the bytes, its memory by `bound`.
 * Throws `EndOfPickle` when the bytes end first, and the errors of the format.
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
        this.requireProtocol(cursor.uint8());
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
        this.pushNew(cursor.float64(), pickleValueBytes.number);
        return;
      case opcode.shortBinaryString:
        this.pushString(cursor.uint8());
        return;
      case opcode.binaryString:
        this.pushString(cursor.uint32());
        return;
      case opcode.shortBinaryUnicode:
        this.pushText(cursor.uint8());
        return;
      case opcode.binaryUnicode:
        this.pushText(cursor.uint32());
        return;
      case opcode.binaryUnicode8:
        this.pushText(cursor.uint64());
        return;
      default:
        if (this.options.format.strings === 'bytes' && this.stepBytes(code)) return;
        this.stepContainer(code);
    }
  }

  /** Python 3's bytes; false for another instruction. */
  private stepBytes(code: number): boolean {
    const { cursor } = this;
    switch (code) {
      case opcode.shortBinaryBytes:
        this.pushBytes(cursor.uint8());
        return true;
      case opcode.binaryBytes:
        this.pushBytes(cursor.uint32());
        return true;
      case opcode.binaryBytes8:
        this.pushBytes(cursor.uint64());
        return true;
      default:
        return false;
    }
  }

  private stepContainer(code: number): void {
    switch (code) {
      case opcode.mark:
        if (this.marks.length >= HIGHEST_STACK) throw this.tooDeep();
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
        this.pushNew([], pickleValueBytes.list);
        return;
      case opcode.emptyDict:
        this.pushNew(new PickleDict(), pickleValueBytes.dict);
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
        this.pushNew(dict, pickleValueBytes.dict);
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
    const {
      cursor,
      options: { format },
    } = this;
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
        this.push(format.findGlobal(module, cursor.line()));
        return;
      }
      case opcode.stackGlobal: {
        const [module, name] = this.popSeveral(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw this.damaged('the name of a class is not text.');
        }
        this.push(format.findGlobal(module, name));
        return;
      }
      case opcode.reduce:
        this.reduce();
        return;
      case opcode.build:
        this.build();
        return;
      case opcode.persistentId:
        if (format.loadPersistent === undefined) throw this.unsupported('the pickle instruction BINPERSID');
        this.push(format.loadPersistent(this.pop()));
        return;
      default:
        throw this.refused(code);
    }
  }

  private reduce(): void {
    const [callable, args] = this.popSeveral(2);
    const { call, name } = (callable ?? {}) as Partial<PickleGlobal>;
    if (typeof call !== 'function' || !Array.isArray(args)) {
      throw this.damaged(`it calls ${name ?? kindOfPickleValue(callable)} with ${kindOfPickleValue(args)}.`);
    }
    this.push(call(args, this.options.bound));
  }

  private build(): void {
    const state = this.pop();
    const object = this.top();
    // Of anything else these are attributes, such as the versions that PyTorch notes on a state dict.
    if (object instanceof PickleObject) object.build(state, this.options.bound);
  }

  private push(value: PickleValue): void {
    if (this.stack.length >= HIGHEST_STACK) throw this.tooDeep();
    this.stack.push(value);
  }

  private pushNew(value: PickleValue, size: number): void {
    this.options.bound.charge(size);
    this.push(value);
  }

  private pushTuple(items: PickleValue[]): void {
    this.pushNew(items, pickleValueBytes.tuple + pickleValueBytes.item * items.length);
  }

  private pushText(length: number): void {
    this.options.bound.charge(pickleValueBytes.text + 2 * Math.min(length, 2 ** 40));
    this.push(this.cursor.text(length));
  }

  private pushString(length: number): void {
    if (this.options.format.strings === 'bytes') this.pushBytes(length);
    else this.pushText(length);
  }

  private pushBytes(length: number): void {
    this.pushNew(this.cursor.take(length), pickleValueBytes.view);
  }

  private pushInteger(length: number): void {
    if (length > LONGEST_INTEGER) throw this.unsupported(`an integer of ${length} bytes`);
    this.pushNew(this.cursor.integer(length), pickleValueBytes.number + length);
  }

  private top(): PickleValue {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) throw this.emptyStack();
    return this.stack.at(-1);
  }

  private pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }

  private popSeveral(count: number): PickleValue[] {
    if (this.stack.length - (this.marks.at(-1) ?? 0) < count) throw this.emptyStack();
    return this.stack.splice(-count);
  }

  private popToMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined) throw this.emptyStack();
    return this.stack.splice(mark);
  }

  private appendItems(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.damaged(`it appends to ${kindOfPickleValue(list)}.`);
    this.options.bound.charge(pickleValueBytes.slot * items.length);
    for (const item of items) list.push(item);
  }

  private setItems(dict: PickleValue, items: readonly PickleValue[]): void {
    if (!(dict instanceof PickleDict) || items.length % 2 === 1) {
      throw this.damaged(`it sets ${items.length} keys and values of ${kindOfPickleValue(dict)}.`);
    }
    this.options.bound.charge(pickleValueBytes.slot * items.length);
    for (let index = 0; index < items.length; index += 2) dict.set(items[index], items[index + 1]);
  }

  /** Picklers number the memo without gaps, from 0 or, cPickle of Python 2, from 1; others would only make a sparse list. */
  private putMemo(index: number): void {
    const { memo } = this;
    if (index > Math.max(memo.length, 1)) throw this.damaged(`its memo has no place ${index} yet.`);
    this.options.bound.charge(pickleValueBytes.slot);
    if (index > memo.length) memo.push(undefined);
    memo[index] = this.top();
  }

  private getMemo(index: number): void {
    const value = this.memo[index];
    // None is null: only a place without a value is undefined.
    if (value === undefined) throw this.damaged(`its memo has no value ${index}.`);
    this.push(value);
  }

  private requireProtocol(version: number): void {
    if (version < 2 || version > 5) throw this.unsupported(`pickle protocol ${version}`);
  }

  private refused(code: number): KdError {
    const name = refusedOpcode(code);
    return name === undefined
      ? this.damaged(`byte ${code} is no instruction of a pickle.`)
      : this.unsupported(`the pickle instruction ${name}`);
  }

  private emptyStack(): KdError {
    return this.damaged('its pickle takes more values than it makes.');
  }

  private tooDeep(): KdError {
    return this.damaged(`its pickle holds more than ${HIGHEST_STACK} values at a time.`);
  }

  private damaged(reason: string): KdError {
    return this.options.format.damaged(reason);
  }

  private unsupported(what: string): KdError {
    return this.options.format.unsupported(what);
  }
}
