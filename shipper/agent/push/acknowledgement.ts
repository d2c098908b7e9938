import type { ContainerLog, Segment } from '../container/container-log';
import type { PushMetrics } from './push-metrics';

export interface AcknowledgementDeps {
  metrics: PushMetrics;
  /** Loki acknowledged something of these containers, or it was passed over. */
  onSettled: (containers: readonly ContainerLog[]) => void;
}

/** A refused entry is reported without what follows it after so long. */
const REPORT_MS = 2_000;

/** Brings what became of a request into the containers' accounts and the metrics. */
export class Acknowledgement {
  /** Bytes of log files that Loki acknowledged. */
  acknowledgedBytes = 0;

  constructor(private readonly deps: AcknowledgementDeps) {}

  /** Read for the first time, or again. */
  read(segments: readonly Segment[]): void {
    const { metrics } = this.deps;
    for (const segment of segments) {
      const { bytes, lines } = segment.container.countRead(segment);
      metrics.readBytes.inc(bytes);
      metrics.readLines.inc(lines);
    }
  }

  stored(segments: readonly Segment[], entries: number): void {
    this.deps.metrics.ackedLines.inc(entries);
    this.deps.metrics.lastAcknowledgement.setToCurrentTime();
    this.acknowledge(segments);
    this.report(segments);
  }

  /** Loki refused all entries for a fault of their own. */
  refused(segments: readonly Segment[], answer: string): void {
    for (const segment of segments) {
      segment.container.passOver(segment, { reason: 'refused', detail: answer });
      this.countRules(segment.rules);
    }
    // What follows is acknowledged with the next request, mostly: then one container record reports both.
    const behind = segments.some(({ container }) => container.unread > 0);
    setTimeout(() => this.report(segments), behind ? REPORT_MS : 0).unref();
  }

  tooOld(container: ContainerLog, segments: readonly Segment[]): void {
    this.read(segments);
    for (const segment of segments) {
      container.passOver(segment, { reason: 'too-old' });
      this.countRules(segment.rules);
    }
    this.deps.onSettled([container]);
  }

  private acknowledge(segments: readonly Segment[]): void {
    const { metrics } = this.deps;
    for (const segment of segments) {
      const { container, file, bytes, unparsed, replaced, misdated, nulBytes, rules } = segment;
      container.acknowledge(segment);
      this.acknowledgedBytes += bytes;
      metrics.ackedBytes.inc(bytes);
      metrics.unparsedLines.inc(unparsed);
      metrics.replacedLines.inc(replaced);
      metrics.misdatedLines.inc(misdated);
      metrics.nulBytes.inc(nulBytes);
      this.countRules(rules);
      if (file.isDeleted) {
        metrics.rescuedBytes.inc(bytes);
      }
    }
  }

  private countRules(rules: Segment['rules']): void {
    const { metrics } = this.deps;
    for (const { rule, action, lines, bytes } of rules) {
      metrics.ruleLines.inc({ rule, action }, lines);
      metrics.ruleBytes.inc({ rule, action }, bytes);
    }
  }

  private report(segments: readonly Segment[]): void {
    this.deps.onSettled(containersOf(segments));
  }
}

export const containersOf = (segments: readonly Segment[]): ContainerLog[] => [
  ...new Set(segments.map(({ container }) => container)),
];
