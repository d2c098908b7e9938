import type { Logger } from '../../common/log';
import type { ContainerLog } from '../container/container-log';
import type { FileView } from '../container/tailed-file';

/** How much of the node's disk deleted files may keep until Loki has them, and how long. */
export interface RescueBudget {
  maxBytes: number;
  maxAgeMs: number;
}

/** A deleted file that is held open. */
export interface Pinned {
  /** Whose it is: the container that keeps most gives way first. */
  owner: string;
  bytes: number;
  /** Since when, milliseconds of the monotonic clock. */
  since: number;
}

/**
 * Which files give way: those held for too long, and, while the rest is over the budget, the oldest file of the container
 * that keeps most. The end of a log is what is asked for most, so it is kept longest.
 */
export function givingWay<P extends Pinned>(pinned: readonly P[], budget: RescueBudget, nowMs: number): P[] {
  const out = pinned.filter(({ since }) => nowMs - since > budget.maxAgeMs);
  const kept = new Map<string, P[]>();
  let total = 0;
  for (const one of [...pinned].sort((a, b) => a.since - b.since)) {
    if (!out.includes(one)) {
      kept.set(one.owner, [...(kept.get(one.owner) ?? []), one]);
      total += one.bytes;
    }
  }
  while (total > budget.maxBytes) {
    const [noisiest] = [...kept.values()].sort((a, b) => sum(b) - sum(a));
    const oldest = noisiest?.shift();
    if (!oldest) {
      break;
    }
    out.push(oldest);
    total -= oldest.bytes;
  }
  return out;
}

const sum = (files: readonly Pinned[]) => files.reduce((bytes, file) => bytes + file.bytes, 0);

export interface RescueDeps {
  logger: Logger;
  roots: readonly string[];
  /** Part of the container's log was given up: its container record has to say so. */
  givenUp: (container: ContainerLog) => void;
}

/** Keeps deleted files within their budget. */
export class Rescue {
  constructor(
    private readonly budget: RescueBudget,
    private readonly deps: RescueDeps
  ) {}

  check(containers: Iterable<ContainerLog>): void {
    const nowMs = performance.now();
    const pinned: Array<Pinned & { container: ContainerLog; file: FileView }> = [];
    for (const container of containers) {
      for (const file of container.files) {
        const bytes = file.pinnedBytes;
        if (bytes > 0) {
          pinned.push({ owner: container.id, bytes, since: file.pinnedSince ?? nowMs, container, file });
        }
      }
    }
    for (const { container, file, bytes, since } of givingWay(pinned, this.budget, nowMs)) {
      if (!this.goOnInCopy(container, file)) {
        const over = nowMs - since > this.budget.maxAgeMs ? 'rescue.max-age' : 'rescue.max-bytes';
        const detail = `the deleted file was held open until over ${over}`;
        this.deps.logger.warn('a deleted log file is given up before Loki has it', {
          container: container.id,
          bytes,
          unacknowledged: file.unacked,
          over,
        });
        container.giveUp(file, { reason: 'shed', detail });
        this.deps.givenUp(container);
      }
    }
  }

  /** A rotated file whose compressed copy is there loses nothing. */
  private goOnInCopy(container: ContainerLog, file: FileView): boolean {
    try {
      return container.goOnInCopy(file, this.deps.roots);
    } catch (error) {
      this.deps.logger.debug('no compressed copy to go on with', { path: file.path, error: String(error) });
      return false;
    }
  }
}
