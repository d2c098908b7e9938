import * as z from 'zod';
import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { PodFacts } from './pod-facts';

/** A pod is asked for so often, as long as the kubelet does not list it. */
const ASK_MS = 1_000;
/** It is waited for so long: what is not known by then is taken as having no labels. */
const PATIENCE_MS = 5_000;

const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {});
const listSchema = z.object({
  items: z
    .array(z.object({ metadata: z.object({ uid: z.string().default(''), labels: texts, annotations: texts }) }))
    .nullish()
    .transform((items) => items ?? []),
});

export interface PodListDeps {
  logger: Logger;
  /** The kubelet's `/pods`. */
  ask: () => Promise<unknown>;
  close: () => void;
  /** Names of the labels and annotations to keep. */
  wanted: { labels: ReadonlySet<string>; annotations: ReadonlySet<string> };
}

/**
 * Labels and annotations of the node's pods, by the UIDs in their log directories. The kubelet is asked when a pod appears
 * that is not known yet, once for all that wait, and never while lines are sent.
 */
export class PodList {
  private pods = new Map<string, PodFacts>();
  private readonly waiting = new Map<string, { untilMs: number; resolve: Array<(facts: PodFacts | null) => void> }>();
  private timer: NodeJS.Timeout | null = null;
  private asking = false;
  private stopped = false;
  /** The error of the last question; it is reported once. */
  private problem = '';

  constructor(private readonly deps: PodListDeps) {}

  of(podUid: string): PodFacts | undefined {
    return this.pods.get(podUid);
  }

  /** What the kubelet says of a pod; null where it does not list it in time, or cannot be asked. */
  find(podUid: string): Promise<PodFacts | null> {
    return new Promise((resolve) => {
      const wait = this.waiting.get(podUid) ?? { untilMs: performance.now() + PATIENCE_MS, resolve: [] };
      wait.resolve.push(resolve);
      this.waiting.set(podUid, wait);
      this.timer ??= setTimeout(() => void this.ask(), 0);
    });
  }

  /** What is waited for is not known. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer ?? undefined);
    this.deps.close();
    this.settle(Infinity);
  }

  private async ask(): Promise<void> {
    if (this.asking || this.stopped) {
      return;
    }
    this.asking = true;
    try {
      this.pods = this.read(await this.deps.ask());
      this.problem = '';
    } catch (error) {
      const problem = errorText(error);
      if (problem !== this.problem && !this.stopped) {
        this.problem = problem;
        this.deps.logger.warn(
          'labels and annotations of pods cannot be read from the kubelet: new containers are shipped without',
          { error: problem }
        );
      }
    }
    this.asking = false;
    this.settle(performance.now());
    this.timer = this.waiting.size > 0 && !this.stopped ? setTimeout(() => void this.ask(), ASK_MS) : null;
  }

  private settle(nowMs: number): void {
    for (const [uid, { untilMs, resolve }] of this.waiting) {
      const facts = this.pods.get(uid) ?? null;
      if (facts !== null || nowMs >= untilMs) {
        this.waiting.delete(uid);
        resolve.forEach((settle) => settle(facts));
      }
    }
  }

  private read(answer: unknown): Map<string, PodFacts> {
    const { wanted } = this.deps;
    const only = (all: Record<string, string>, names: ReadonlySet<string>) =>
      Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
    const pods = new Map<string, PodFacts>();
    for (const { metadata } of listSchema.parse(answer).items) {
      const { uid, labels, annotations } = metadata;
      const facts = { labels: only(labels, wanted.labels), annotations: only(annotations, wanted.annotations) };
      pods.set(uid, facts);
      // The log directory of a static pod bears the hash of its manifest.
      const hash = annotations['kubernetes.io/config.hash'];
      if (hash !== undefined) {
        pods.set(hash, facts);
      }
    }
    return pods;
  }
}
