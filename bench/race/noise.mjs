// Other logs of the node: lines at a steady rate until the parent goes; of one stream, or `apart`, of one each.
import { ofJobsOfTheirOwn, writeSteadily } from '../shipper/node-logs.mjs';

const [logs, files, perSecond, streams] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
await writeSteadily(logs, Number(files), Number(perSecond), 3600, streams === 'apart' ? ofJobsOfTheirOwn : undefined);
