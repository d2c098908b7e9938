// `node bench/fleet/run.mjs --loki.url URL [--loki.pid PID] [--nodes 50] [--days 1] [--history 0]`
// Writes the records of a generated fleet into a Loki, asks the built program what people ask, and prints what it costs.
import { runBundled } from '../../scripts/run-bundled.mjs';

await runBundled('bench/fleet/main.ts');
