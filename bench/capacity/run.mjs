// `node bench/capacity/run.mjs --loki.url URL [--loki.pid PID] [--nodes 50] [--days 30]`
// Writes what a capacity review reads of a generated fleet into a Loki, asks for reviews, and prints what they cost.
import { runBundled } from '../../scripts/run-bundled.mjs';

await runBundled('bench/capacity/main.ts');
