// `npm run texts`: prints every text that users read, English and Japanese side by side (tests/texts/).
import { runBundled } from './run-bundled.mjs';

await runBundled('tests/texts/main.ts');
