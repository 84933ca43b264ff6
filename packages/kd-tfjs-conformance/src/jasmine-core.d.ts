declare module 'jasmine-core' {
  const jasmineRequire: unknown;
  export default jasmineRequire;
}
