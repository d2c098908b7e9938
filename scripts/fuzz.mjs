// `npm run fuzz`: gives every reader of bytes from outside inputs that nobody chose. A finding prints its seed, and becomes a case.
//   --runs N       inputs for each target (default 20,000)
//   --seconds N    instead: as many inputs as there is time for, for each target
//   --seed N       the same inputs again; `random` (default) for new ones
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20000' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: 'random' },
  },
});
const env = {
  ...process.env,
  FUZZ_RUNS: values.runs,
  FUZZ_SEED: values.seed,
  ...(values.seconds !== undefined && { FUZZ_SECONDS: values.seconds }),
};
const args = ['--selectProjects', 'node', 'plugin', '--verbose', '--maxWorkers=1', '--testTimeout=86400000'];
const targets = ['pocket-loki/fuzz', 'tests/hostile/shipper-(fuzz|readers|cluster)', 'tests/plugin/frames-fuzz'];
process.exit(
  spawnSync('npx', ['jest', ...args, '--', ...targets], {
    stdio: 'inherit',
    cwd: new URL('..', import.meta.url),
    env,
  }).status ?? 1
);
