import { RECORD_VERSION, type WatchRecord } from '../../model/records';
import { parseNs } from '../../model/time';
import type { RecordWriter } from '../loki/record-writer';
import type { Resume } from './api/list-watch';
import { type Checkpoint, Checkpoints } from './checkpoints';
import type { ClusterClock } from './core/cluster-clock';
import { timeText, timeTextOrNull } from './core/fields';
import { metadataOf, recordLine } from './core/tracker';

export interface ProgressOptions {
  writer: RecordWriter;
  clock: ClusterClock;
  cluster: string;
  namespaces: readonly string[];
  identity: string;
  /** Every collection, as it is now. */
  kinds: () => WatchRecord['kinds'];
  /** The time whose cases stand in case records; undefined until that is known. */
  cases?: () => WatchRecord['cases'] | undefined;
}

/** How far a watch has come, in a record of its own: a successor goes on there, a reader knows when somebody looked. */
export class Progress {
  private readonly checkpoints = new Checkpoints();
  private readonly began: number;
  private complete: Checkpoint | undefined;
  private casesBefore: WatchRecord['cases'] = null;

  constructor(private readonly options: ProgressOptions) {
    this.began = options.clock.seconds();
  }

  /** Resumes where a predecessor left off. */
  follow(last: WatchRecord | undefined): void {
    this.casesBefore = last?.cases ?? null;
    const at = parseNs(last?.completeUntil ?? '');
    if (last !== undefined && at !== undefined) {
      const versions = Object.entries(last.kinds).map(([name, kind]) => [name, kind.resourceVersion] as const);
      this.complete = { at: Number(at / 1_000_000_000n), versions: new Map(versions) };
    }
  }

  /** Where to begin with a collection; undefined where nobody was before. */
  resume(collection: string): Resume | undefined {
    const resourceVersion = this.complete?.versions.get(collection) ?? null;
    return this.complete === undefined || resourceVersion === null
      ? undefined
      : { resourceVersion, at: this.complete.at };
  }

  /** Remembers where all collections are now. To be called only while each was listed, or cannot be. */
  note(): void {
    const { kinds, clock } = this.options;
    const versions = Object.entries(kinds()).map(([name, { resourceVersion }]) => [name, resourceVersion] as const);
    this.checkpoints.note({ at: clock.seconds(), versions: new Map(versions) });
  }

  /**
   * Writes how far the watch has come, once all before that is in Loki.
   * @param waitingSince since when the longest waiting change has been waiting, Infinity where none does
   * @throws Error when the writer is closed before that
   */
  async report(waitingSince: number, final: boolean): Promise<void> {
    const { writer } = this.options;
    const complete = this.checkpoints.complete(waitingSince);
    await writer.flush();
    this.complete = complete ?? this.complete;
    const record = this.record(final);
    writer.write({
      kind: 'watch',
      cluster: record.cluster,
      timestamp: parseNs(record.to) ?? 0n,
      line: recordLine(record),
      metadata: metadataOf(record, { id: 'id', identity: 'identity' }),
    });
  }

  private record(final: boolean): WatchRecord {
    const { cluster, identity, namespaces, clock, kinds } = this.options;
    const from = timeText(this.began);
    const reached = Object.entries(kinds()).map(([name, kind]) => [
      name,
      { ...kind, resourceVersion: this.complete?.versions.get(name) ?? null },
    ]);
    return {
      v: RECORD_VERSION,
      kind: 'watch',
      id: `watch/${from}/${identity}`,
      cluster,
      identity,
      from,
      to: timeText(clock.seconds()),
      completeUntil: timeTextOrNull(this.complete?.at ?? null),
      kinds: Object.fromEntries(reached),
      cases: this.options.cases?.() ?? this.casesBefore,
      namespaces: [...namespaces],
      final,
    };
  }
}
