import type { Limits } from '../common/limits';
import type { LogRow } from '../logql/logs/log-query';
import type { BlockRef, Span } from '../storage/scan';
import type { Usage } from '../storage/usage';

/** What the store and its query processes tell each other. Each process works on one task at a time. */

/** The streams that have entries. */
export interface StreamsMessage {
  /** For each id (u32), times of its oldest and its newest entry (u64); little endian. */
  spans: Uint8Array;
  /** Labels of those that the process has not been told of yet. */
  added: Array<[id: number, labels: Array<[string, string]>]>;
}

export type Task =
  /** A request as it came, answered by the route's handler. */
  | { kind: 'request'; route: string; path: readonly string[]; query: string; categorize: boolean }
  /** Begins to follow; answered with nothing, or the reason why the query cannot be followed. */
  | { kind: 'tail'; query: string }
  /** What there is already of what is followed. */
  | { kind: 'tail-history' }
  /** What of these entries is followed; blocks as `encodeBlock` gives them. */
  | { kind: 'tail-rows'; stored: Array<{ labels: Array<[string, string]>; blocks: Uint8Array[] }> };

export type ToProcess =
  | { kind: 'task'; id: number; task: Task; now: number; limits: Limits; streams: StreamsMessage }
  | { kind: 'cancel'; id: number }
  | { kind: 'reply'; call: number; value: unknown }
  | { kind: 'no-reply'; call: number; status: number; message: string };

/** What a process asks of the store. */
export type Call =
  | { kind: 'blocks'; stream: number; span: Span }
  | { kind: 'load'; handles: number[] }
  | { kind: 'usage'; stream: number; span: Span };

export interface CallResults {
  blocks: Array<BlockRef & { handle: number }>;
  load: Array<Uint8Array | undefined>;
  usage: Usage;
}

export type FromProcess =
  /** It has started. */
  | { kind: 'ready' }
  | { kind: 'call'; call: number; request: Call }
  | { kind: 'done'; id: number; result: TaskResult }
  /** `isFault`: nobody's but the program's. */
  | { kind: 'failed'; id: number; status: number; message: string; isFault: boolean };

/** A request's answer as JSON text; the rows of a tail. */
export type TaskResult = { kind: 'json'; text: string } | { kind: 'rows'; rows: LogRow[] };
