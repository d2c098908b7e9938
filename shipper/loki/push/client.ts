import type { Logger } from '../../common/log';
import { type LokiConnection, TENANT_HEADER } from '../connection';
import { noAnswer, readPushAnswer, type PushOutcome } from './answer';
import { LokiClock } from './loki-clock';
import { Rejections } from './rejections';

export const PUSH_PATH = '/loki/api/v1/push';
/** Enough of an answer to tell what it says: one that talks on is not listened to. */
export const HEAD_BYTES = 64 * 1024;

/** A request with the entries of one stream. */
export interface Push {
  carries: 'lines' | 'records';
  body: Buffer | string;
  contentType: 'application/x-protobuf' | 'application/json';
  /** The stream's labels: what waits is known by them. */
  stream: string;
  entries: number;
  signal: AbortSignal;
  /** Another tenant than that of the connection. */
  tenant?: string | null;
}

export interface PushClientOptions {
  logger: Logger;
  /** The longest that Loki may be silent; the whole exchange may take twice that. Milliseconds. */
  timeoutMs: number;
  /** The sender's clock, milliseconds since 1970. */
  nowMs: () => number;
  /** Told of each answer: its status, or `none`. */
  onAnswer?: (push: Push, answer: { status: string; seconds: number; outcome: PushOutcome }) => void;
}

/** Sends requests to Loki and reads the answers, for log lines and records alike, and knows what waits and why. */
export class PushClient {
  /** Loki's time, which decides what is too old or too new. */
  readonly clock: LokiClock;
  private readonly rejections: Rejections;
  /** Why something waits, by the stream of what waits; the newest reason last. */
  private readonly problems = new Map<string, string>();

  constructor(
    private readonly connection: LokiConnection,
    private readonly options: PushClientOptions
  ) {
    this.clock = new LokiClock(options.nowMs);
    this.rejections = new Rejections(options.logger);
  }

  /** Sends a request once. Never fails: no answer is an outcome, too. */
  async send(push: Push): Promise<PushOutcome> {
    const { timeoutMs, onAnswer } = this.options;
    const { body, contentType, signal, entries, stream, tenant } = push;
    const begun = performance.now();
    let status = 'none';
    let outcome: PushOutcome;
    try {
      const answer = await this.connection.request('POST', PUSH_PATH, {
        body,
        headers: { 'content-type': contentType, ...(tenant != null && { [TENANT_HEADER]: tenant }) },
        timeoutMs,
        totalMs: 2 * timeoutMs,
        headBytes: HEAD_BYTES,
        signal,
      });
      status = String(answer.status);
      outcome = readPushAnswer(answer, entries);
      this.clock.hear(answer.headers.date, outcome);
    } catch (error) {
      outcome = noAnswer(error);
    }
    onAnswer?.(push, { status, seconds: (performance.now() - begun) / 1000, outcome });
    this.note(stream, push, outcome);
    return outcome;
  }

  private note(stream: string, push: Push, outcome: PushOutcome): void {
    if (outcome.kind === 'stored') {
      this.problems.delete(stream);
      this.problems.delete(ANY_STREAM);
      return;
    }
    if (push.signal.aborted) {
      return; // given up by ourselves
    }
    this.rejections.note(outcome, { carries: push.carries, stream, entries: push.entries });
    if (outcome.kind === 'wait') {
      this.waits(stream, problemOf(outcome));
    }
  }

  /** Something waits although no answer says so. */
  waits(stream: string, problem: string): void {
    this.problems.delete(stream);
    this.problems.set(stream, problem);
  }

  /** Nothing of the stream waits any more. */
  forget(stream: string): void {
    this.problems.delete(stream);
  }

  /** Whether Loki can be used at all is not known, or is known not to be the case; null: it is. */
  set usable(problem: string | null) {
    if (problem === null) {
      this.problems.delete(ANY_STREAM);
    } else {
      this.waits(ANY_STREAM, problem);
    }
  }

  /** Why something waits for Loki; null where nothing does. */
  get problem(): string | null {
    return [...this.problems.values()].at(-1) ?? null;
  }
}

/** What concerns every stream. */
const ANY_STREAM = '';

/** What an answer says, and what to do about it. */
export function problemOf({ answer, advice }: { answer: string; advice: string }): string {
  return advice === '' ? answer : `${answer}; ${advice}`;
}
