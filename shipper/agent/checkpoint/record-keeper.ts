import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { containerRunId } from '../../../model/container-run';
import { CONTAINER_METADATA, type ContainerRecord } from '../../../model/records';
import { formatNs, parseNs } from '../../../model/time';
import type { StreamPreset } from '../../../model/stream-presets';
import { workloadOf } from '../../../model/workload';
import type { Logger } from '../../common/log';
import type { RecordWriter } from '../../loki/record-writer';
import type { LogSize } from '../../node/rollup/rollups';
import type { Checkpoint } from './checkpoint';
import type { ContainerLog } from '../container/container-log';
import type { LinkState } from '../container/departure';
import { recordLine } from '../container/record-line';
import type { RecordState } from '../container/record-state';

/** The kubelet deletes files first and directories just after; what remains shows when it is done. */
const SETTLE_NS = 1_500_000_000n;
const SETTLE_CHECK_MS = 50;
const STRAGGLER_CHECK_MS = 2_500;
/** Finished container records that are still shown. */
const REMEMBERED = 5_000;

export interface RecordKeeperDeps {
  cluster: string;
  node: string;
  /** How the labels of the streams are named. */
  preset: StreamPreset;
  /** The kubelet's log directory, resolved. */
  logsDir: string;
  records: RecordWriter;
  /** Loki takes no longer line. */
  maxLineBytes: number;
  checkpoint: Checkpoint;
  logger: Logger;
  /** Nanoseconds since 1970. */
  now: () => bigint;
  /** What the kubelet's link to the container's log reports. */
  linkState: (container: ContainerLog) => LinkState;
  /** The container has unread lines. */
  ready: (container: ContainerLog) => void;
  /** The container is done with: its log left, Loki has what there was, and the container record. */
  forgotten: (container: ContainerLog, record: ContainerRecord) => void;
}

/**
 * The container records of the containers that the agent knows: kept in the checkpoint, written to Loki when something has to be
 * said, and closed when the log has left the node and Loki has what there was of it.
 */
export class RecordKeeper {
  readonly containers = new Map<string, ContainerLog>();
  private readonly finished = new Map<string, ContainerRecord>();
  /** Container records that wait: for the directory to settle, or for Loki. */
  private readonly closing = new Set<string>();
  /** Containers of which Loki has more, or less, than their last container record says. */
  private readonly unreported = new Set<ContainerLog>();
  /** Directories of logs that left: whether it showed yet what the kubelet leaves of them. */
  private readonly settling = new WeakMap<NonNullable<RecordState['left']>, 'waiting' | 'done'>();
  private readonly straggling = new Set<ContainerLog>();
  private readonly timers = new Set<NodeJS.Timeout>();
  /** Sums over all containers, kept until one of them changes: a thousand at rest are not added up every second. */
  private sums: { unopened: number; pinned: number; live: number; dead: number } | null = null;
  /** Containers that changed in this turn. */
  private readonly unsaved = new Set<ContainerLog>();
  private saving: NodeJS.Immediate | null = null;
  /** The last word on all containers is in Loki (`--once`). */
  private isAllWritten = false;
  private stopped = false;

  constructor(private readonly deps: RecordKeeperDeps) {}

  /** Containers whose last word is not in Loki yet although all else is, and those that will soon be taken as ended. */
  get waiting(): number {
    let waiting = 0;
    for (const container of this.containers.values()) {
      const isOpen = container.lingers && this.deps.linkState(container) === 'there';
      waiting += container.state.left !== null && !isOpen ? 1 : 0;
    }
    return waiting;
  }

  /** Now and then: containers that ended, and what has to be said of those that run. */
  check(): void {
    this.lookForEnds();
    for (const container of this.unreported) {
      if (container.state.left !== null || !this.containers.has(container.id)) {
        this.unreported.delete(container); // its last word says it
      } else if (container.isReportDue()) {
        this.report(container);
      }
    }
  }

  /** Time of the oldest line that Loki has not acknowledged, as exact as it is known, RFC 3339; null where it has all. */
  get oldestUnacked(): string | null {
    let oldest = Infinity;
    for (const { unackedSinceMs } of this.containers.values()) {
      oldest = Math.min(oldest, unackedSinceMs ?? Infinity);
    }
    return Number.isFinite(oldest) ? formatNs(BigInt(Math.floor(oldest)) * 1_000_000n) : null;
  }

  /** Containers whose logs were deleted end when the kubelet removes them, or are silent. */
  lookForEnds(): void {
    for (const container of this.containers.values()) {
      if (this.lookForEnd(container)) {
        this.changed(container, true);
      }
    }
  }

  /** @returns whether it has ended now, or is found to write where nobody can read it */
  private lookForEnd(container: ContainerLog): boolean {
    if (!container.lingers) {
      return false;
    }
    const before = container.outline;
    container.lookForEnd(this.deps.linkState(container));
    return container.outline !== before;
  }

  /** Containers with files that are there and cannot be opened. */
  get unopened(): number {
    let files = 0;
    for (const { unopened } of this.containers.values()) {
      files += unopened.count;
    }
    return files;
  }

  /** Bytes that Loki has not acknowledged. */
  get unacked(): number {
    let bytes = 0;
    for (const { unacked } of this.containers.values()) {
      bytes += unacked;
    }
    return bytes;
  }

  /** Bytes that Loki has not acknowledged and that the next reclaim could delete, as of the last look. */
  get atRisk(): number {
    let bytes = 0;
    for (const container of this.containers.values()) {
      bytes += container.atRiskBytes;
    }
    return bytes + this.addedUp().unopened;
  }

  /** Bytes of the logs on the node, of running containers and of ended ones, as of the last look. */
  get logBytes(): { live: number; dead: number } {
    const { live, dead } = this.addedUp();
    return { live, dead };
  }

  /** What was written to each container's log so far. */
  *logSizes(): Generator<LogSize> {
    for (const { id, run, bytesWritten, bytesBefore } of this.containers.values()) {
      const { workload } = workloadOf(run.pod);
      yield { id, namespace: run.namespace, workload, bytes: bytesWritten, bytesBefore };
    }
  }

  /** Bytes on the disk that only open descriptors keep from being freed, as of the last look. */
  get pinnedBytes(): number {
    return this.addedUp().pinned;
  }

  private addedUp(): NonNullable<RecordKeeper['sums']> {
    if (this.sums === null) {
      this.sums = { unopened: 0, pinned: 0, live: 0, dead: 0 };
      for (const { state, bytesOnNode, pinnedBytes, unopened } of this.containers.values()) {
        this.sums[state.ended ? 'dead' : 'live'] += bytesOnNode;
        this.sums.pinned += pinnedBytes;
        this.sums.unopened += unopened.bytes;
      }
    }
    return this.sums;
  }

  /** The container records of containers that left, and of those that are there. */
  all(): ContainerRecord[] {
    return [...this.finished.values(), ...[...this.containers.values()].map((one) => this.recordOf(one, false))];
  }

  /** The last record of a container that is done with, where it is still remembered. */
  finishedRecord(id: string): ContainerRecord | undefined {
    return this.finished.get(id);
  }

  /** Whether a log of the container run was seen, by this agent or by one before it. */
  knows(runId: string): boolean {
    return (
      this.containers.has(runId) ||
      this.finished.has(runId) ||
      this.deps.checkpoint.isDone(runId) ||
      [...this.containers.values()].some(({ run }) => containerRunId(run) === runId)
    );
  }

  /** A link names the container of the run: the one whose log is there. @param madeMs when it was made, milliseconds since 1970 */
  noteLink(runId: string, containerId: string, madeMs: number | null): void {
    const first = this.containers.get(runId);
    const all = first?.state.left === null ? [first] : this.containers.values();
    for (const container of all) {
      if (container.state.left === null && containerRunId(container.run) === runId) {
        container.linked(containerId, madeMs);
      }
    }
  }

  /** Writes the container records of all containers that are still there (`--once`), as they stand. */
  async writeAll(): Promise<void> {
    for (const container of this.containers.values()) {
      container.state.ended = true;
      this.write(container, this.recordOf(container, false));
    }
    await this.deps.records.flush();
    this.isAllWritten = true;
  }

  /**
   * A directory was looked at: there may be more to read, an end, or a leaving.
   * @param kept what the checkpoint has of the container is another now
   */
  changed(container: ContainerLog, kept: boolean): void {
    this.sums = null;
    this.lookForEnd(container);
    if (container.unread > 0) {
      this.deps.ready(container);
      this.unreported.add(container);
    }
    this.awaitStragglers(container);
    const away = container.state.away?.files ?? 0;
    if (container.unreported || (away > container.reportedRotatedAway && container.state.left === null)) {
      container.reportedRotatedAway = away;
      this.report(container);
    }
    this.settleDirectory(container);
    this.closeIfDone(container);
    if (kept) {
      this.unsaved.add(container);
      this.saving ??= setImmediate(() => this.saveChanged());
    }
  }

  /** What changed in one turn is saved at once: a look at a thousand directories is one line of work for the disk. */
  private saveChanged(): void {
    clearImmediate(this.saving ?? undefined);
    this.saving = null;
    const containers = [...this.unsaved];
    this.unsaved.clear();
    this.save(...containers);
    if (this.deps.checkpoint.behind) {
      containers.forEach((one) => this.report(one)); // should the agent be killed now, the next one would not know of them
    }
  }

  /** Loki acknowledged something of the containers, or something was passed over. */
  settled(containers: readonly ContainerLog[]): void {
    this.sums = null;
    for (const container of containers) {
      if (container.unreported) {
        this.report(container);
      }
      this.closeIfDone(container);
      this.awaitStragglers(container);
    }
    this.save(...containers);
  }

  /** Keeps the containers' positions and accounts over a restart. */
  save(...containers: readonly ContainerLog[]): void {
    const known = containers.filter(({ id }) => this.containers.has(id));
    this.deps.checkpoint.save(
      ...known.map((container) => ({
        id: container.id,
        run: container.run,
        directory: relative(this.deps.logsDir, container.directory),
        ...(container.pod && { pod: container.pod }),
        account: container.state,
        files: container.savedFiles(),
      }))
    );
  }

  /** What changed since the last container record is said now, and until when files could not be opened. */
  stop(): void {
    for (const container of this.isAllWritten ? [] : this.containers.values()) {
      const isNews = this.unreported.has(container) && container.state.left === null;
      if (isNews || container.unopened.count > 0) {
        this.report(container);
      }
    }
    this.saveChanged();
    this.stopped = true;
    this.timers.forEach((timer) => clearInterval(timer));
  }

  /** Files that are done but for a straggling line are looked at once more. */
  private awaitStragglers(container: ContainerLog): void {
    if (container.awaitsStragglers && !this.straggling.has(container)) {
      this.straggling.add(container);
      const timer = setTimeout(() => {
        this.timers.delete(timer);
        this.straggling.delete(container);
        this.changed(container, true);
      }, STRAGGLER_CHECK_MS);
      this.timers.add(timer);
    }
  }

  /** Files that are read to their end and can grow no more are closed; a log that left the node is accounted for. */
  private closeIfDone(container: ContainerLog): void {
    const { state } = container;
    const endedBefore = state.ended && container.files.length === 0;
    const closed = container.closeFinished();
    if (container.unacked > 0 || this.stopped) {
      return;
    }
    if (state.left !== null && state.ended && container.files.length === 0) {
      this.finish(container);
    } else if (state.ended && closed && !endedBefore && container.files.length === 0) {
      this.report(container);
      this.save(container);
    }
  }

  /** What the kubelet left of the directory shows a little after the log left, whenever the container's end is known. */
  private settleDirectory(container: ContainerLog): void {
    const { left } = container.state;
    if (left === null || this.settling.has(left)) {
      return;
    }
    this.settling.set(left, 'waiting');
    const since = this.deps.now();
    const timer = setInterval(() => {
      if (container.state.left !== left || this.deps.now() - since >= SETTLE_NS) {
        clearInterval(timer);
        this.timers.delete(timer);
        this.settling.set(left, 'done');
        if (left.directory === 'unknown') {
          const newer = [...this.containers.values()].some(
            (other) => other !== container && other.directory === container.directory && other.files.length > 0
          );
          left.directory = newer ? 'unknown' : existsSync(container.directory) ? 'empty' : 'removed';
        }
        this.closeIfDone(container);
      }
    }, SETTLE_CHECK_MS);
    this.timers.add(timer);
  }

  /** The log left the node and Loki has what there was: the last word of its container record, then it is forgotten. */
  private finish(container: ContainerLog): void {
    const { left } = container.state;
    if (this.closing.has(container.id) || left === null || this.settling.get(left) !== 'done') {
      return;
    }
    this.closing.add(container.id);
    this.save(container); // should the agent end before the record is out, the next one must know that nothing is missing
    const record = this.recordOf(container, true);
    this.write(container, record);
    this.remember(record);
    this.deps.records.flush().then(
      () => this.forget(container, record, left),
      (error: unknown) =>
        this.deps.logger.debug('a container record waits for the next start', {
          id: container.id,
          error: String(error),
        })
    );
  }

  private forget(container: ContainerLog, record: ContainerRecord, left: NonNullable<RecordState['left']>): void {
    this.sums = null;
    this.closing.delete(container.id);
    if (container.state.left !== left) {
      // Its log came back while that record waited for Loki: what becomes of it a later record says.
      this.finished.delete(container.id);
      this.report(container);
      this.closeIfDone(container);
      return;
    }
    this.containers.delete(container.id);
    this.deps.checkpoint.remove(container.id);
    this.deps.forgotten(container, record);
  }

  private remember(record: ContainerRecord): void {
    this.finished.set(record.id, record);
    if (this.finished.size > REMEMBERED) {
      this.finished.delete(this.finished.keys().next().value ?? '');
    }
  }

  private recordOf(container: ContainerLog, final: boolean): ContainerRecord {
    const { cluster, node, preset } = this.deps;
    const { tenant } = container.destination;
    const streams = { ...(preset !== 'afterlog' && { preset }), ...(tenant !== null && { tenant }) };
    return container.record({ cluster, node, ...streams }, final);
  }

  /** Writes the container record as it stands; while Loki takes none, a later state of it will do. */
  private report(container: ContainerLog): void {
    container.unreported = this.deps.records.full;
    if (!container.unreported) {
      container.reported();
      if (container.unacked === 0) {
        this.unreported.delete(container);
      }
      this.write(container, this.recordOf(container, false));
    }
  }

  private write(container: ContainerLog, record: ContainerRecord): void {
    if (this.stopped) {
      return; // the next agent says it: the checkpoint has the gaps
    }
    const metadata = Object.fromEntries(
      Object.entries(CONTAINER_METADATA).map(([name, field]) => [name, String(record[field] ?? '')])
    );
    if (record.final) {
      metadata.final = 'true';
    }
    // Of a log that left the time is that of noticing, which is after all that was said before, by earlier agents too.
    const { left } = container.state;
    const wentAt = parseNs(left?.noticed ?? left?.at ?? '');
    const timestamp = wentAt === undefined ? this.deps.now() : record.final ? wentAt : wentAt - 1n;
    this.deps.records.write({
      kind: record.kind,
      cluster: record.cluster,
      timestamp,
      line: recordLine(record, this.deps.maxLineBytes),
      metadata,
    });
  }
}
