/** A hint on who deleted something, kept for a while, because what it explains may be seen later. */
export interface DeletionHint {
  /** Seconds since 1970, in the cluster's time. */
  at: number;
  /** What it says, as a sentence for the record. */
  text: string;
}

/** An Event as far as it bears on a deletion. Times are seconds since 1970. */
export interface ReportedEvent {
  reason: string;
  object: { kind: string; namespace: string | null; name: string };
  subject: string | null;
  component: string | null;
  message: string;
  last: number;
}

type DeletionHintKind = 'job-by-cronjob' | 'pod-by-job' | 'pod-by-controller' | 'pod-by-taint' | 'pod-by-preemption';

const KEPT_FOR = 900;

/** What Events, and objects that went before, tell about deletions. */
export class DeletionHints {
  private readonly hints = new Map<string, DeletionHint & { added: number }>();

  /**
   * Takes what an Event says about a deletion; most say nothing.
   * @param now seconds since 1970
   */
  addEvent(event: ReportedEvent, now: number): void {
    const { reason, object, subject, component } = event;
    const about = (kind: DeletionHintKind, name: string | null) =>
      name !== null &&
      this.add(
        kind,
        object.namespace ?? '',
        name,
        now,
        event.last,
        `event ${reason} on ${object.kind} ${object.name} by ${component ?? 'unknown'}: ${event.message}`
      );
    if (reason === 'SuccessfulDelete' && object.kind === 'CronJob') {
      about('job-by-cronjob', subject);
    } else if (reason === 'SuccessfulDelete' && object.kind === 'Job') {
      about('pod-by-job', subject);
    } else if (reason === 'SuccessfulDelete') {
      about('pod-by-controller', subject);
    } else if (reason === 'TaintManagerEviction' && event.message.startsWith('Marking')) {
      about('pod-by-taint', object.name);
    } else if (reason === 'Preempted') {
      about('pod-by-preemption', object.name);
    }
  }

  /** @param since a hint from before the object was created is about another one of the same name */
  find(kind: DeletionHintKind, namespace: string, name: string, since: number | null): DeletionHint | undefined {
    const hint = this.hints.get(`${kind} ${namespace}/${name}`);
    return hint !== undefined && hint.at >= (since ?? 0) ? hint : undefined;
  }

  /** @param now seconds since 1970 */
  forgetOld(now: number): void {
    for (const [key, { added }] of this.hints) {
      if (added < now - KEPT_FOR) {
        this.hints.delete(key);
      }
    }
  }

  private add(kind: DeletionHintKind, namespace: string, name: string, added: number, at: number, text: string): void {
    this.hints.set(`${kind} ${namespace}/${name}`, { at, text, added });
  }
}
