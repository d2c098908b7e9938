import { Counter, Gauge, Registry } from 'prom-client';
import type { RecordWriter } from '../loki/record-writer';
import { showProcess } from '../common/process-metrics';
import type { WatchSession } from './session';

/** What /metrics reads from; there is no session while another replica leads. */
export interface WatchParts {
  writer: RecordWriter;
  session: () => WatchSession | undefined;
  /** Milliseconds that this machine's clock is behind the cluster's. */
  clockSkew: () => number;
}

/** The metrics of `afterlog watch`, read from its parts when somebody asks. */
export function watchMetrics({ writer, session, clockSkew }: WatchParts): Registry {
  const registry = new Registry();
  showProcess(registry);
  const registers = [registry];
  const watches = () => session()?.watches ?? [];

  const gauge = (name: string, help: string, labelNames: string[], read: (one: Gauge) => void) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read(this);
      },
    });
  gauge('afterlog_watch_leader', '1 while this replica leads and writes records', [], (one) =>
    one.set(session() ? 1 : 0)
  );
  gauge('afterlog_watch_clock_skew_seconds', "How far the machine's clock is behind the cluster's", [], (one) =>
    one.set(clockSkew() / 1000)
  );
  gauge(
    'afterlog_watch_state',
    'State of each watched collection: 1 for the one it is in',
    ['collection', 'state'],
    (one) =>
      watches().forEach(({ collection, watch }) => one.set({ collection: collection.name, state: watch.state }, 1))
  );
  gauge('afterlog_watch_objects', 'Objects that are kept in memory', ['kind'], (one) =>
    Object.entries(session()?.clusterState.trackers ?? {}).forEach(([kind, { size }]) => one.set({ kind }, size))
  );
  gauge('afterlog_watch_waiting', 'Objects with a change that is not written yet', [], (one) =>
    one.set(session()?.clusterState.waiting ?? 0)
  );
  gauge('afterlog_records_pending', 'Records that Loki has neither acknowledged nor refused', [], (one) =>
    one.set(writer.pending)
  );

  const counter = (name: string, help: string, labelNames: string[], read: (one: Counter) => void) =>
    new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        read(this);
      },
    });
  const perCollection = {
    events: 'Events that a watch brought',
    lists: 'Lists',
    relists: 'Lists after the first: the watch had lost track',
    reconnects: 'Times that a watch ended or broke',
    badLines: 'Lines of a watch that could not be read',
    rejectedObjects: 'Objects that no record can tell of',
  } as const;
  for (const [key, help] of entries(perCollection)) {
    const name = `afterlog_watch_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_total`;
    counter(name, help, ['collection'], (one) =>
      watches().forEach(({ collection, watch }) => one.inc({ collection: collection.name }, watch.counts[key]))
    );
  }
  const ofRecords = {
    written: 'Records given to the writer',
    acknowledged: 'Records that Loki has',
    refused: 'Records that Loki refused for good',
    retries: 'Requests that had to be repeated',
    requests: 'Push requests',
  } as const;
  for (const [key, help] of entries(ofRecords)) {
    counter(`afterlog_records_${key}_total`, help, [], (one) => one.inc(writer.statistics[key]));
  }
  return registry;
}

function entries<K extends string, V>(object: Record<K, V>): Array<[K, V]> {
  const keys = Object.keys(object).filter((key): key is K => key in object);
  return keys.map((key) => [key, object[key]]);
}
