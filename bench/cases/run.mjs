// `node bench/cases/run.mjs --loki.url URL [--end TIME] [--hours 24] [--rounds 5]`
// Works out the cases of a fleet that `bench:fleet --no-ask` has written, and prints what that costs the leader of the watch.
import { runBundled } from '../../scripts/run-bundled.mjs';

await runBundled('bench/cases/main.ts');
