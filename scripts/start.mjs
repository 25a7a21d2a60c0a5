// `npm start`: everything that is needed from a fresh clone to a running system, each step only when it is needed.
import module from 'node:module';

const MIN_NODE = [20, 19, 0];

const fail = (line) => {
  console.error(`Cannot start. ${line}`);
  process.exit(1);
};

const isOldNode = () => {
  const version = process.versions.node.split('.').map(Number);
  const at = MIN_NODE.findIndex((wanted, i) => version[i] !== wanted);
  return at >= 0 && version[at] < MIN_NODE[at];
};

if (isOldNode()) fail(`Node ${MIN_NODE.join('.')} or later is needed; this is ${process.versions.node}.`);

const [unknown] = process.argv.slice(2).filter((argument) => argument !== '--distributed');
if (unknown !== undefined)
  fail(`${unknown} is no argument of npm start; settings are environment variables, see docs/config.md.`);
if (process.argv.includes('--distributed'))
  fail('--distributed: this build holds only the embedded adapters; leave it out to run everything in one process.');

const { BUILT_MAIN, ROOT, ensureBuilt, ensureInstalled } = await import('./workspace.mjs');
process.chdir(ROOT);
await ensureInstalled()
  .then(() => ensureBuilt())
  .catch((error) => fail(error.message));

module.enableCompileCache?.(`${ROOT}node_modules/.cache/compile`);
process.setSourceMapsEnabled(true);
// In this very process: a child would get each Ctrl-C twice, once from the terminal and once passed on.
performance.mark('run');
await import(BUILT_MAIN);
