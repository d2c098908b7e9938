import type { Who } from '../../model/lookup';
import type { Entry } from '../loki/query-answer';

/** The container run that an entry's labels and metadata name. */
export interface Origin extends Who {
  /** Tells it from every other container run. */
  key: string;
  workload?: string;
  job?: string;
  /** Lines seen of it, and the times of the first and the last. */
  lines: number;
  first: bigint;
  last: bigint;
  /** Lines whose bytes were no UTF-8, and lines that the runtime did not write in its own format. */
  replaced: number;
  unparsed: number;
}

/** A label or a metadatum of an entry: older Lokis answer with both in one. */
export const fieldOf = (entry: Entry, name: string): string | undefined => entry.metadata[name] ?? entry.labels[name];

/** The container runs that the entries come from, as they turn up. */
export class Origins {
  private readonly byKey = new Map<string, Origin>();

  of(entry: Entry): Origin {
    const id = fieldOf(entry, 'container_id') ?? fieldOf(entry, 'pod_uid');
    const container = fieldOf(entry, 'container');
    const restart = fieldOf(entry, 'restart');
    const pod = fieldOf(entry, 'pod');
    const cluster = fieldOf(entry, 'cluster');
    const key = `${pod}/${container}/${restart}/${id} ${cluster}`;
    const known = this.byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const origin: Origin = {
      key,
      cluster,
      namespace: fieldOf(entry, 'namespace'),
      pod,
      container,
      restart: restart === undefined ? undefined : Number(restart),
      containerId: fieldOf(entry, 'container_id'),
      podUid: fieldOf(entry, 'pod_uid'),
      node: fieldOf(entry, 'node'),
      workload: fieldOf(entry, 'workload'),
      job: fieldOf(entry, 'job'),
      lines: 0,
      first: entry.ns,
      last: entry.ns,
      replaced: 0,
      unparsed: 0,
    };
    this.byKey.set(key, origin);
    return origin;
  }

  get all(): Origin[] {
    return [...this.byKey.values()];
  }
}
