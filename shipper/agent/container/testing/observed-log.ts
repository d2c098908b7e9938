import { relative } from 'node:path';
import winston from 'winston';
import { containerRunId } from '../../../../model/container-run';
import type { Gap } from '../../../../model/records';
import { SimulatedNode, type SimulatedContainer } from '../../../../tests/testkit/simulated-node';
import { decodePush } from '../../../loki/testing/decode-push';
import { ContainerDirectory } from '../../discover/container-directory';
import { Refusals } from '../../discover/refusals';
import { EncodeBuffer } from '../../entries/encode-buffer';
import { routeOf } from '../../entries/route';
import { ContainerLog, type Filled, type Segment } from '../container-log';
import type { RequestRules } from '../read-range';
import type { SavedContainer } from '../saved';

const NODE = { cluster: 'c1', node: 'n1' };
/** All of a test's logs are read into it, one after the other. */
const buffer = new EncodeBuffer(1024 * 1024);
const logger = winston.createLogger({ silent: true });

/** A container's log on a disk, as its directory shows it and as a pusher sends it, without either's timers. */
export class ObservedLog {
  readonly node = new SimulatedNode();
  readonly simulated: SimulatedContainer;
  directory!: ContainerDirectory;
  container!: ContainerLog;
  /** Where the time stands still it is so much later, milliseconds. */
  aheadMs = 0;
  /** When the link to the log was made, milliseconds since 1970. */
  linkedMs: number | null = null;
  /** Until when an earlier agent watched, RFC 3339. */
  lastWatched: string | null = null;
  /** What was reported as missing, as for the metrics. */
  readonly missed: Gap[] = [];

  /** @param clock whether the time stands still; where timers are at work it goes on */
  constructor({ pod = 'job-1', clock = 'still' }: { pod?: string; clock?: 'still' | 'running' } = {}) {
    this.simulated = this.node.container({ pod });
    if (clock === 'running') {
      return;
    }
    const [begin, beginMs] = [Math.floor(performance.now()), Date.now()]; // whole: differences are exact
    jest.spyOn(performance, 'now').mockImplementation(() => begin + this.aheadMs);
    jest.spyOn(Date, 'now').mockImplementation(() => beginMs + this.aheadMs);
  }

  remove(): void {
    this.container.close();
    jest.restoreAllMocks();
    this.node.remove();
  }

  /** Now as the container's log is told it. */
  get now(): string {
    return new Date(Date.now()).toISOString();
  }

  /** An agent sees the directory for the first time, or again with what an earlier one kept. */
  observe(saved?: SavedContainer): this {
    const { namespace, pod, uid: podUid } = this.simulated;
    this.directory = new ContainerDirectory(
      this.simulated.directory,
      { namespace, pod, podUid },
      this.simulated.name,
      {
        logger,
        refusals: new Refusals(logger),
        roots: [this.node.logs],
        linkedMs: () => this.linkedMs,
        changed: () => undefined,
        create: (run, path, kept) => {
          const deps = {
            pairs: (containerId: string | null) => [['container_id', containerId ?? ''] as const],
            onMiss: (gap: Gap) => this.missed.push(gap),
            nowText: () => this.now,
            fileTimeText: (ms: number) => new Date(ms).toISOString(),
            lastWatched: this.lastWatched,
          };
          this.container = new ContainerLog(containerRunId(run), run, path, deps, kept);
          return this.container;
        },
      },
      new Map(saved ? [[this.simulated.restart, saved]] : []),
      () => undefined
    );
    this.scan();
    return this;
  }

  scan(): void {
    this.directory.scan();
  }

  /** The agent ends, and another one goes on with what it kept, or with what an earlier one did. */
  restart(saved = this.kept()): void {
    this.container.close();
    this.observe(structuredClone(saved));
  }

  kept(): SavedContainer {
    return {
      id: this.container.id,
      run: this.container.run,
      directory: relative(this.node.logs, this.simulated.directory),
      account: structuredClone(this.container.state),
      files: structuredClone(this.container.savedFiles()),
    };
  }

  /** Reads what is there into a request, as far as the rules allow it. */
  fill(rules: Partial<RequestRules> = {}): Filled {
    const nowSeconds = rules.nowSeconds ?? Math.floor(Date.now() / 1000);
    buffer.encoder.begin('{}');
    return this.container.fill(
      buffer,
      {
        ...{ maxLineBytes: 10_000, maxPayload: 1024 * 1024, maxEntries: 100_000, keepsFuture: false },
        ...{ misdated: 'store', route: routeOf(nowSeconds, nowSeconds), nowSeconds, futureSeconds: 600, ...rules },
      },
      performance.now()
    );
  }

  /** Reads at most so many lines into a request. */
  read(maxEntries = 100_000): Segment[] {
    return this.fill({ maxEntries }).segments;
  }

  /** The entries of the last request. */
  get entries(): ReturnType<typeof decodePush>['entries'] {
    return decodePush(buffer.encoder.request()).entries;
  }

  /** Their lines. */
  get lines(): string[] {
    return this.entries.map(({ line }) => line);
  }

  /** What is there is read, at most so many lines of it, and Loki takes it. @returns the lines */
  ship(maxEntries?: number): string[] {
    const segments = this.read(maxEntries);
    const { lines } = this;
    segments.forEach((segment) => this.container.acknowledge(segment));
    return lines;
  }

  /** What is there goes out, and no answer comes. */
  sendWithoutAnswer(rules: Partial<RequestRules> = {}, late = false): Segment[] {
    const { segments } = this.fill(rules);
    segments.forEach((segment) => this.container.noteSent(segment, late));
    return segments;
  }

  record() {
    return this.container.record(NODE, false);
  }

  counts() {
    const { linesSeen, linesAcked, bytesSeen, bytesAcked } = this.record();
    return { linesSeen, linesAcked, bytesSeen, bytesAcked };
  }

  /** The counts of a log that is in Loki. */
  get all() {
    const { written, bytes } = this.simulated;
    return { linesSeen: written.length, linesAcked: written.length, bytesSeen: bytes, bytesAcked: bytes };
  }
}
