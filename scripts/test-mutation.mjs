// `npm run test:mutation [-- FOLDER…]`: changes the code in small ways and looks for a test that notices. Without folders
// everything that decides about bytes and causes: model/, and the agent's entries, container and push.
import { spawnSync } from 'node:child_process';

const folders = process.argv.slice(2);
const mutate = (
  folders.length > 0 ? folders : ['model', ...['entries', 'container', 'push'].map((room) => `shipper/agent/${room}`)]
)
  .map((folder) => (folder.endsWith('.ts') ? folder : `${folder.replace(/\/$/, '')}/**/*.ts`))
  .concat('!**/*.test.ts', '!**/testing/**');
const { status } = spawnSync('npx', ['stryker', 'run', '--mutate', mutate.join(',')], {
  stdio: 'inherit',
  cwd: new URL('..', import.meta.url),
});
process.exit(status ?? 1);
