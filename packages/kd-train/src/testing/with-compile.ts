import type { Backend, Compiled } from 'kd-core';

export type AnyCompiled = Compiled<object, object>;

/** `backend`, but what it compiles passes through `wrap`. */
export function withCompile(
  inner: Backend,
  wrap: (compiled: AnyCompiled) => (...args: Parameters<AnyCompiled>) => ReturnType<AnyCompiled>,
): Backend {
  const compile = (...args: Parameters<Backend['compile']>): unknown => {
    const compiled = inner.compile(...args);
    const wrapped = wrap(compiled);
    return wrapped === compiled ? compiled : Object.assign(wrapped, { dispose: () => compiled.dispose() });
  };
  return Object.create(inner, {
    compile: { value: compile },
    upload: { value: inner.upload.bind(inner) },
    download: { value: inner.download.bind(inner) },
  }) as Backend;
}
