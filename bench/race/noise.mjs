// Other logs of the node: lines at a steady rate until the parent goes.
import { writeSteadily } from '../shipper/node-logs.mjs';

const [logs, files, perSecond] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
await writeSteadily(logs, Number(files), Number(perSecond), 3600);
