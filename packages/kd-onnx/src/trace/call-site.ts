import { engine } from '@tensorflow/tfjs-core';
import { parseStack, type StackFrame } from './stack-frames.ts';

/** The call in a traced program that led to an error. */
export interface CallSite {
  /** The tfjs function that was called, such as `dropout` or `dataSync`. */
  readonly op: string | undefined;
  /** `file:line:column` in the program of the user; undefined where that cannot be told, as in a bundled application. */
  readonly at: string | undefined;
}

/** The name of the scope that tfjs keeps open during a trace. */
export const TRACE_SCOPE = 'kd-trace';

/** Installed, in Vite's cache of bundled dependencies, or the names in tfjs's source maps. */
const TFJS = /[\\/](?:@tensorflow|\.vite|tfjs-core[\\/]src)[\\/]/;
/** The packages of this SDK: installed, from a package server, or as sources in their repository. */
const SDK =
  /[\\/](?:node_modules|npm|packages|esm\.sh)[\\/]kd-(?:backend-ort|backend-tfjs|core|data|export|models|onnx|train|cli)(?:@[^\\/]*)?[\\/]/;
const RUNTIME = /^node:/;
/** The SDK's own tests stand where a user's program would. */
const TEST = /\.test\.[cm]?[jt]sx?(?:\?|$)/;

const isSdk = (file: string): boolean => SDK.test(file) && !TEST.test(file);
const isLibrary = (file: string): boolean => TFJS.test(file) || isSdk(file) || RUNTIME.test(file);

/**
 * Calls `fn`. A stack trace from inside is read down to this function, so that it never names the place where
 * the compilation was asked for instead of the place where something is wrong.
 */
export function callTraced<R>(fn: () => R): R {
  return fn();
}

/** The call that is under way now. */
export function currentCallSite(): CallSite {
  const { op, at } = callSiteOf(new Error().stack);
  return { op: openOp() ?? op, at };
}

/** The call that an error came from, by its stack trace. */
export function callSiteOf(stack: unknown): CallSite {
  const all = parseStack(stack);
  // In a bundle the library lies in the same file as the program, and nothing tells them apart.
  if (all[0] === undefined || !isLibrary(all[0].file)) return { op: undefined, at: undefined };
  const end = all.findIndex(
    ({ functionName, file }) => isSdk(file) && /\bcallTraced$/.test(functionName ?? ''),
  );
  const frames = end < 0 ? all : all.slice(0, end);
  return { op: opOf(frames), at: frames.find(({ file }) => !isLibrary(file))?.position };
}

/** The outermost tfjs op that has not returned. Names of scopes survive minification, names in stack traces do not. */
function openOp(): string | undefined {
  const scopes = engine().state.scopeStack.map(({ name }) => name);
  const outermost = scopes.slice(scopes.lastIndexOf(TRACE_SCOPE) + 1).find((name) => name.endsWith('__op'));
  return outermost?.slice(0, -'__op'.length);
}

/** The tfjs function that was called from outside of tfjs or, in a gradient, the op that its formula calls. */
function opOf(frames: readonly StackFrame[]): string | undefined {
  const innermost = frames.findIndex(({ file }) => !isSdk(file));
  const fromTfjs = frames.slice(Math.max(0, innermost));
  const length = fromTfjs.findIndex(({ file }) => !TFJS.test(file));
  const names = fromTfjs.slice(0, length < 0 ? undefined : length).map(({ functionName }) => functionName);
  return opName(names.findLast((name) => name?.includes('__op')) ?? names.at(-1));
}

/** `Tensor.dataSync` -> `dataSync`, `Object.add_ [as add]` -> `add`, `topk__op` -> `topk`. */
function opName(functionName: string | undefined): string | undefined {
  const alias = /\[as (\w+)\]$/.exec(functionName ?? '')?.[1];
  const name = (alias ?? functionName?.split('.').at(-1))?.replace(/(?:__op|_)$/, '');
  return name !== undefined && /^[A-Za-z]\w{2,}$/.test(name) ? name : undefined;
}
