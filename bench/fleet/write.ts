import * as z from 'zod';
import { recordLabels } from '../../model/records';
import { CLUSTER, nodeDay, watchDay, type Written } from './records';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BATCH_BYTES = 2 * 1024 * 1024;
const HOURS = 24;
/** Of a connection, in a row. */
const MOST_FAILURES = 20;

export interface Fleet {
  url: string;
  nodes: number;
  /** Of the first day and of the last record, milliseconds since 1970. */
  start: number;
  end: number;
}

/** Entries on their way to one stream. */
class Stream {
  private entries: Array<[ns: string, line: string, metadata: Record<string, string>]> = [];
  private bytes = 0;

  constructor(
    private readonly url: string,
    private readonly labels: Record<string, string>
  ) {}

  async add({ at, line, metadata }: Written): Promise<void> {
    this.entries.push([`${at}000000`, line, metadata]);
    this.bytes += line.length + 200;
    if (this.bytes > BATCH_BYTES) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.entries.length === 0) {
      return;
    }
    const body = JSON.stringify({ streams: [{ stream: this.labels, values: this.entries }] });
    const headers = { 'content-type': 'application/json' };
    let failures = 0;
    for (;;) {
      // A busy Loki closes connections, too.
      const answer = await fetch(`${this.url}/loki/api/v1/push`, { method: 'POST', headers, body }).catch((error) => {
        if (++failures > MOST_FAILURES) {
          throw error;
        }
        return undefined;
      });
      if (answer?.status === 204) {
        break;
      }
      const text = await answer?.text();
      if (answer !== undefined && answer.status !== 429 && answer.status < 500) {
        throw new Error(`push: ${answer.status} ${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.entries = [];
    this.bytes = 0;
  }
}

/**
 * Writes a day (UTC) of a fleet hour by hour, as records come: a stream must not be given what is much older than its newest.
 *
 * @param kinds undefined for all
 * @param dayOf the records of a node and day, where others than the fleet's own are to be written
 */
export async function writeDay(
  { url, nodes, start, end }: Fleet,
  dayStart: number,
  kinds: ReadonlySet<string> | undefined,
  dayOf: typeof nodeDay = nodeDay
): Promise<{ records: number; bytes: number }> {
  const streams = new Map<string, Stream>();
  let [records, bytes] = [0, 0];
  const hours: Written[][] = Array.from({ length: HOURS }, () => []);
  const take = (record: Written) => {
    if (record.at < end && (kinds === undefined || kinds.has(record.kind))) {
      hours[Math.min(HOURS - 1, Math.floor((record.at - dayStart) / HOUR))]?.push(record);
    }
  };
  for (let node = 0; node < nodes; node++) {
    dayOf(node, dayStart).forEach(take);
  }
  for (const record of watchDay(dayStart, start)) {
    take(record);
  }
  for (const [place, hour] of hours.entries()) {
    hour.sort((a, b) => a.at - b.at);
    for (const record of hour) {
      const labels = recordLabels({ ...record, cluster: CLUSTER });
      const key = JSON.stringify(labels);
      const stream = streams.get(key) ?? new Stream(url, labels);
      streams.set(key, stream);
      await stream.add(record);
      records++;
      bytes +=
        record.line.length + Object.entries(record.metadata).reduce((sum, pair) => sum + pair.join('').length, 0);
    }
    await Promise.all([...streams.values()].map((stream) => stream.flush()));
    // A chunk holds no more than two hours of what comes when it is written (`max_chunk_age`), whatever its size.
    if (place % 2 === 1) {
      await flushChunks(url);
    }
  }
  return { records, bytes };
}

/** Loki asks its ingesters only for the last three hours: what is of an earlier time shows once its chunk is flushed. */
export async function flushChunks(url: string): Promise<void> {
  await fetch(`${url}/flush`, { method: 'POST' });
}

/** Writes the log of a container run of which the fleet has a record, as an agent does, and waits until it can be read. */
export async function writeLog(url: string, { kind, metadata, line }: Written): Promise<void> {
  const { namespace = '', workload = '', pod = '', node = '', job = '', container_id = '' } = metadata;
  const record: unknown = JSON.parse(line);
  const { firstTime, lastTime, linesSeen } = z
    .object({ firstTime: z.string(), lastTime: z.string(), linesSeen: z.number() })
    .parse(record);
  const labels = { cluster: CLUSTER, namespace, workload, service_name: workload, container: 'main' };
  const stream = new Stream(url, labels);
  const [first, last] = [Date.parse(firstTime), Date.parse(lastTime)];
  for (let i = 0; i < linesSeen; i++) {
    const at = Math.floor(first + ((last - first) * i) / linesSeen);
    const text = `${i} ${kind} of ${pod}: ${'x'.repeat(100)}`;
    await stream.add({
      kind: 'line',
      at,
      line: text,
      metadata: { pod, node, job, container_id, restart: '0', stream: 'stdout' },
    });
  }
  await stream.flush();
  await flushChunks(url);
  const query = `{namespace="${namespace}", workload="${workload}", cluster="${CLUSTER}"} | container_id="${container_id}"`;
  const params = new URLSearchParams({ query, start: `${first}000000`, end: `${last + 1}000000`, limit: '1' });
  for (let tries = 0; tries < 120; tries++) {
    const answer = await fetch(`${url}/loki/api/v1/query_range?${params}`);
    if ((await answer.text()).includes(pod)) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`${url} does not give back the log that was written`);
}

export const startOfDay = (ms: number): number => Math.floor(ms / DAY) * DAY;
