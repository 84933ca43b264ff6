/** Where the test server serves a WebAssembly file. */
declare module '*.wasm?url' {
  const url: string;
  export default url;
}
