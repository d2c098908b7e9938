// Works out the cases of a fleet that stands in a Loki, as the leader of `afterlog watch` does, and prints what that costs.
import { parseArgs } from 'node:util';
import winston from 'winston';
import { CaseLeader } from '../../shipper/cases/case-leader';
import { preferSmallHeap } from '../../shipper/common/small-heap';
import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { RecordWriter } from '../../shipper/loki/record-writer';
import { parseNs } from '../../model/time';
import { CLUSTER } from '../fleet/records';

const { values } = parseArgs({
  options: {
    'loki.url': { type: 'string', default: 'http://127.0.0.1:3100' },
    /** When the records end, RFC 3339. Default: the last whole hour, as bench:fleet writes them. */
    end: { type: 'string' },
    /** Hours that are worked out before the steady rounds. */
    hours: { type: 'string', default: '24' },
    /** Steady rounds. */
    rounds: { type: 'string', default: '5' },
  },
});
const HOUR_MS = 3_600_000;
const end =
  (values.end === undefined ? undefined : parseNs(values.end)) ??
  BigInt(Math.floor(Date.now() / HOUR_MS) * HOUR_MS) * 1_000_000n;
const from = end - BigInt(Number(values.hours) * HOUR_MS) * 1_000_000n;

async function main(): Promise<void> {
  preferSmallHeap();
  const logger = winston.createLogger({ transports: [new winston.transports.Console({ level: 'warn' })] });
  const connection = connectLoki({ url: values['loki.url'] });
  const writer = new RecordWriter(connection, { logger, maxPendingBytes: 4 * 1024 * 1024 });
  const signal = new AbortController().signal;
  const leader = new CaseLeader({
    loki: new QueryClient(connection),
    writer,
    cluster: CLUSTER,
    logger,
    now: () => end,
  });
  let bytes = 0;
  const write = writer.write.bind(writer);
  writer.write = (record, settled) => {
    const { line, metadata } = record;
    bytes += Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, line.length);
    write(record, settled);
  };
  console.log('| phase | rounds | wall, s | CPU, s | peak memory, MiB | records | bytes a record |');
  console.log('|---|---|---|---|---|---|---|');
  const measure = async (phase: string, isOver: (rounds: number) => boolean) => {
    const [began, cpu, records, before] = [performance.now(), process.cpuUsage(), writer.statistics.written, bytes];
    let rounds = 0;
    do {
      await leader.round(signal);
      rounds++;
    } while (!isOver(rounds));
    const { user, system } = process.cpuUsage(cpu);
    const count = writer.statistics.written - records;
    const numbers = [
      ...[rounds, ((performance.now() - began) / 1000).toFixed(1), ((user + system) / 1e6).toFixed(1)],
      ...[(process.resourceUsage().maxRSS / 1024).toFixed(0), count],
      count === 0 ? '' : ((bytes - before) / count).toFixed(0),
    ];
    console.log(`| ${[phase, ...numbers].join(' | ')} |`);
  };
  const covers = () => (parseNs(leader.coverage()?.from ?? '') ?? end) <= from;
  await measure(`${values.hours} h worked out`, covers);
  await measure('the newest hour again', (rounds) => rounds >= Number(values.rounds));
  await writer.close(5000);
  await connection.close();
}

void main();
