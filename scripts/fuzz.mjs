// `npm run fuzz`: gives every reader of bytes from outside inputs that nobody chose. A finding prints its seed, and becomes a case.
//   --runs N       inputs for each target (default 20,000)
//   --seed N       the same inputs again; `random` (default) for new ones
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '20000' }, seed: { type: 'string', default: 'random' } },
});
const env = { ...process.env, FUZZ_RUNS: values.runs, FUZZ_SEED: values.seed };
const args = ['--selectProjects', 'node', '--verbose', '--maxWorkers=1', '--testTimeout=86400000'];
const targets = ['pocket-loki/fuzz', 'tests/hostile/shipper-'];
process.exit(
  spawnSync('npx', ['jest', ...args, '--', ...targets], {
    stdio: 'inherit',
    cwd: new URL('..', import.meta.url),
    env,
  }).status ?? 1
);
