// `npm run host`: the page alone, over a Loki that runs already. `npm start` runs it beside the demo.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorText } from '../../../model/error-text';
import { startHost } from './start-host';

const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: '127.0.0.1:3000' },
    loki: { type: 'string', default: 'http://127.0.0.1:3100' },
    dist: { type: 'string', default: 'dist' },
    page: { type: 'string' },
  },
});

async function main(): Promise<void> {
  const colon = values.listen.lastIndexOf(':');
  const host = await startHost({
    listen: { host: values.listen.slice(0, colon), port: Number(values.listen.slice(colon + 1)) },
    lokiUrl: values.loki.replace(/\/$/, ''),
    dist: resolve(values.dist),
    page: values.page === undefined ? undefined : resolve(values.page),
  });
  process.stdout.write(`Afterlog: ${host.pageUrl}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void host.close());
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${errorText(error)}\n`);
  process.exitCode = 1;
});
