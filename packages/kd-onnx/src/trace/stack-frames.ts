/** One line of a stack trace that has a place in a file. */
export interface StackFrame {
  /** As the engine writes it: `Tensor.dataSync`, `Object.add_ [as add]`, `op/f2`; undefined at the top of a file. */
  readonly functionName: string | undefined;
  /** Path or URL. */
  readonly file: string;
  /** `file:line:column`, a form that terminals and editors open. */
  readonly position: string;
}

/**
 * The frames of `stack`, innermost first, in the notation of V8 (`at name (file:1:2)`) or of Firefox and Safari
 * (`name@file:1:2`). Native functions and code without a file are left out.
 */
export function parseStack(stack: unknown): StackFrame[] {
  // A program may have replaced Error.prepareStackTrace by a function that gives something else.
  if (typeof stack !== 'string') return [];
  const lines = stack.split('\n');
  const linesOfV8 = lines.filter((line) => /^\s*at /.test(line));
  const found = linesOfV8.length > 0 ? linesOfV8.map(parseV8Line) : lines.map(parseGeckoLine);
  return found.filter((frame) => frame !== undefined);
}

function parseV8Line(line: string): StackFrame | undefined {
  const text = line.trim().replace(/^at (?:async )?(?:new )?/, '');
  const [, functionName, place] = /^(.*?) \((.*)\)$/.exec(text) ?? [undefined, undefined, text];
  return frameAt(functionName, place!);
}

function parseGeckoLine(line: string): StackFrame | undefined {
  // URLs may hold an @ as well, names of functions do not; what was awaited stands before them: `async*main@...`.
  const separator = line.indexOf('@');
  if (separator < 0) return undefined;
  const functionName = line.slice(0, separator).replace(/^.*\*/, '');
  return frameAt(functionName, line.slice(separator + 1));
}

function frameAt(functionName: string | undefined, place: string): StackFrame | undefined {
  const parts = /^(.+?):(\d+):(\d+)$/.exec(place);
  if (parts === null || /^(?:<anonymous>|eval at )| > /.test(place)) return undefined;
  const [, url, line, column] = parts as unknown as [string, string, string, string];
  const file = withoutFileScheme(url);
  return { functionName: functionName || undefined, file, position: `${file}:${line}:${column}` };
}

/** `file:///home/a%20b/c.ts` -> `/home/a b/c.ts`, `file:///C:/a.ts` -> `C:/a.ts`; other URLs as they are. */
function withoutFileScheme(url: string): string {
  if (!url.startsWith('file://')) return url;
  return decodeURI(url.slice('file://'.length)).replace(/^\/(?=[A-Za-z]:)/, '');
}
