import type { LogEntry } from '../log-entry';
import type { LogLayout } from '../log-layouts';
import { type FoundRun, RunIndex } from './found-run';
import { type LineOrigin, originOf } from './line-origin';

/** A container run that lines come from, with what was counted of them. */
export interface Origin extends LineOrigin {
  /** Tells it from every other container run. */
  key: string;
  /** The run that was looked up. */
  run: FoundRun | undefined;
  /** Lines seen of it, and the times of the first and the last. */
  lines: number;
  first: bigint;
  last: bigint;
  /** Of these, lines that another shipper than Afterlog's agent has written. */
  foreignLines: number;
  /** Lines whose bytes were no UTF-8, and lines that the runtime did not write in its own format. */
  replaced: number;
  unparsed: number;
}

/** The container runs that entries come from, as they turn up. */
export class Origins {
  private readonly byFields = new Map<string, Origin[]>();
  private readonly byKey = new Map<string, Origin>();
  private readonly runs = new RunIndex<FoundRun>(({ who }) => who);
  private readonly byPod = new Map<string, FoundRun[]>();

  /** @param runs what was looked up: lines of other shippers are told apart by when these wrote */
  constructor(
    runs: readonly FoundRun[] = [],
    private readonly layout?: LogLayout
  ) {
    for (const run of runs) {
      this.runs.add(run);
      const pod = podKey(run.who);
      this.byPod.set(pod, [...(this.byPod.get(pod) ?? []), run]);
    }
  }

  of(entry: LogEntry): Origin {
    const { fields, ns } = entry;
    const named = fields.workload === undefined ? originOf(fields, this.layout) : undefined;
    const isForeign = named?.isForeign === true;
    const { pod, container, restart, cluster } = named ?? fields;
    const id = isForeign ? undefined : (fields.container_id ?? named?.podUid ?? fields.pod_uid);
    const key = `${pod}/${container}/${restart}/${id} ${cluster} ${isForeign}`;
    const known = this.byFields.get(key) ?? [];
    const found = isForeign ? known.find(({ run }) => run === undefined || wroteAt(run, ns)) : known[0];
    if (found !== undefined) {
      return found;
    }
    const origin = this.originFor(originOf(fields, this.layout), key, ns);
    this.byFields.set(key, [origin, ...known]);
    return origin;
  }

  get all(): Origin[] {
    return [...this.byKey.values()];
  }

  /** The lines of one run are of one origin, whoever shipped them. */
  private originFor(source: LineOrigin, fieldsKey: string, ns: bigint): Origin {
    const run = source.isForeign ? this.runAt(source, ns) : this.runs.find(source);
    const key = run?.key ?? fieldsKey;
    const known = this.byKey.get(key);
    if (known !== undefined) {
      return known;
    }
    const who = run === undefined ? source : { ...source, ...definedOf(run.who) };
    const counts = { lines: 0, first: ns, last: ns, foreignLines: 0, replaced: 0, unparsed: 0 };
    const origin: Origin = { ...who, key, run, ...counts };
    this.byKey.set(key, origin);
    return origin;
  }

  private runAt(source: LineOrigin, ns: bigint): FoundRun | undefined {
    const runs = (this.byPod.get(podKey(source)) ?? []).filter(
      ({ who }) =>
        (source.cluster === undefined || who.cluster === undefined || source.cluster === who.cluster) &&
        (source.namespace === undefined || who.namespace === undefined || source.namespace === who.namespace) &&
        (source.restart === undefined || who.restart === undefined || source.restart === who.restart)
    );
    return runs.find((run) => wroteAt(run, ns));
  }
}

const podKey = ({ pod, container }: { pod?: string; container?: string }) => `${pod}/${container}`;
const wroteAt = ({ span }: FoundRun, ns: bigint) => ns >= span.from && ns < span.to;

/** What of an identity is known. */
function definedOf({ cluster, namespace, pod, podUid, container, restart, containerId, node }: FoundRun['who']) {
  const who = { cluster, namespace, pod, podUid, container, restart, containerId, node };
  return Object.fromEntries(Object.entries(who).filter(([, value]) => value != null));
}
