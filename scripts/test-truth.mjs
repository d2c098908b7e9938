// `npm run test:truth`: holds the answers about logs against simulated worlds whose truth is known (tests/truth/).
//   --runs N   so many container runs (default 10000)
//   --from N   the first seed (default 1)
//   --show N   print so many wrong answers (default 5)
import { runBundled } from './run-bundled.mjs';

await runBundled('tests/truth/main.ts');
