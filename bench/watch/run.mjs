// `node bench/watch/run.mjs [--nodes 5000] [--pods 100000] [--changes 200] [--seconds 45]`
// Runs the real `afterlog watch` against a simulated API server and a push target that checks what it gets.
import { runBundled } from '../../scripts/run-bundled.mjs';

await runBundled('bench/watch/main.ts', ['bench/watch/watch.ts', 'bench/watch/cluster.ts']);
