import type { KdError } from '../errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import { type MemoryBound, pickleValueBytes } from './memory-bound.ts';
import { opcode, refusedOpcode } from './opcodes.ts';
import type { PickleFormat } from './pickle-format.ts';
import { PickleStack } from './pickle-stack.ts';
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
  private readonly stack: PickleStack;

  constructor(cursor: ByteCursor, options: UnpickleOptions) {
    this.cursor = cursor;
    this.options = options;
    this.stack = new PickleStack(options.bound, options.format);
  }

  run(): Unpickled {
    for (;;) {
      const code = this.cursor.uint8();
      if (code === opcode.stop) return { value: this.stack.pop(), end: this.cursor.position };
      this.step(code);
    }
  }

  private step(code: number): void {
    const { cursor, stack } = this;
    switch (code) {
      case opcode.protocol:
        this.requireProtocol(cursor.uint8());
        return;
      case opcode.frame:
        cursor.uint64();
        return;
      case opcode.none:
        stack.push(null);
        return;
      case opcode.true:
        stack.push(true);
        return;
      case opcode.false:
        stack.push(false);
        return;
      case opcode.binaryInteger:
        stack.push(cursor.int32());
        return;
      case opcode.binaryInteger1:
        stack.push(cursor.uint8());
        return;
      case opcode.binaryInteger2:
        stack.push(cursor.uint16());
        return;
      case opcode.long1:
        this.pushInteger(cursor.uint8());
        return;
      case opcode.long4:
        this.pushInteger(cursor.uint32());
        return;
      case opcode.binaryFloat:
        stack.pushNew(cursor.float64(), pickleValueBytes.number);
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
    const { stack } = this;
    switch (code) {
      case opcode.mark:
        stack.mark();
        return;
      case opcode.pop:
        stack.drop();
        return;
      case opcode.popMark:
        stack.popToMark();
        return;
      case opcode.dup:
        stack.push(stack.top());
        return;
      case opcode.emptyList:
      case opcode.emptySet:
        stack.pushNew([], pickleValueBytes.list);
        return;
      case opcode.emptyDict:
        stack.pushNew(new PickleDict(), pickleValueBytes.dict);
        return;
      case opcode.emptyTuple:
        stack.pushTuple([]);
        return;
      case opcode.tuple1:
        stack.pushTuple([stack.pop()]);
        return;
      case opcode.tuple2:
        stack.pushTuple(stack.popSeveral(2));
        return;
      case opcode.tuple3:
        stack.pushTuple(stack.popSeveral(3));
        return;
      case opcode.tuple:
      case opcode.list:
      case opcode.frozenSet:
        stack.pushTuple(stack.popToMark());
        return;
      case opcode.dict: {
        const items = stack.popToMark();
        const dict = new PickleDict();
        stack.setItems(dict, items);
        stack.pushNew(dict, pickleValueBytes.dict);
        return;
      }
      case opcode.append:
        stack.appendItems([stack.pop()]);
        return;
      case opcode.appends:
      case opcode.addItems:
        stack.appendItems(stack.popToMark());
        return;
      case opcode.setItem: {
        const value = stack.pop();
        const key = stack.pop();
        stack.setItems(stack.top(), [key, value]);
        return;
      }
      case opcode.setItems: {
        const items = stack.popToMark();
        stack.setItems(stack.top(), items);
        return;
      }
      default:
        this.stepObject(code);
    }
  }

  private stepObject(code: number): void {
    const {
      cursor,
      stack,
      options: { format },
    } = this;
    switch (code) {
      case opcode.put:
        stack.putMemo(cursor.uint8());
        return;
      case opcode.longPut:
        stack.putMemo(cursor.uint32());
        return;
      case opcode.memoize:
        stack.memoize();
        return;
      case opcode.get:
        stack.getMemo(cursor.uint8());
        return;
      case opcode.longGet:
        stack.getMemo(cursor.uint32());
        return;
      case opcode.global: {
        const module = cursor.line();
        stack.push(format.findGlobal(module, cursor.line()));
        return;
      }
      case opcode.stackGlobal: {
        const [module, name] = stack.popSeveral(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw this.damaged('the name of a class is not text.');
        }
        stack.push(format.findGlobal(module, name));
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
        stack.push(format.loadPersistent(stack.pop()));
        return;
      default:
        throw this.refused(code);
    }
  }

  private reduce(): void {
    const [callable, args] = this.stack.popSeveral(2);
    const { call, name } = (callable ?? {}) as Partial<PickleGlobal>;
    if (typeof call !== 'function' || !Array.isArray(args)) {
      throw this.damaged(`it calls ${name ?? kindOfPickleValue(callable)} with ${kindOfPickleValue(args)}.`);
    }
    this.stack.push(call(args, this.options.bound));
  }

  private build(): void {
    const state = this.stack.pop();
    const object = this.stack.top();
    // Of anything else these are attributes, such as the versions that PyTorch notes on a state dict.
    if (object instanceof PickleObject) object.build(state, this.options.bound);
  }

  private pushText(length: number): void {
    this.options.bound.charge(pickleValueBytes.text + 2 * Math.min(length, 2 ** 40));
    this.stack.push(this.cursor.text(length));
  }

  private pushString(length: number): void {
    if (this.options.format.strings === 'bytes') this.pushBytes(length);
    else this.pushText(length);
  }

  private pushBytes(length: number): void {
    this.stack.pushNew(this.cursor.take(length), pickleValueBytes.view);
  }

  private pushInteger(length: number): void {
    if (length > LONGEST_INTEGER) throw this.unsupported(`an integer of ${length} bytes`);
    this.stack.pushNew(this.cursor.integer(length), pickleValueBytes.number + length);
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

  private damaged(reason: string): KdError {
    return this.options.format.damaged(reason);
  }

  private unsupported(what: string): KdError {
    return this.options.format.unsupported(what);
  }
}
