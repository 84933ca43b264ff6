// The one entry of `npm start`, `npm test` and `npm run build`, `parity`, `bench`. It must parse and run on any
// Node that npm came with, so everything newer is behind the version check.
const required = 20;
const major = Number(process.versions.node.split('.')[0]);

if (major < required) {
  console.error(
    `This workspace needs Node ${required} or newer to start (it then brings its own Node 24); this is Node ` +
      `${process.versions.node}. Install a current release from https://nodejs.org and try again.`,
  );
  process.exitCode = 1;
} else {
  import('./lib/commands.mjs').then(({ runCommand }) => runCommand(process.argv.slice(2)));
}
