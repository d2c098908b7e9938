/** What was really written and what became of the files: known by construction, told by nobody. Times in milliseconds since 1970. */

/** One file's content, from its making to the moment when no name led to it any more, compressed copies included. */
export interface FileTruth {
  madeAt: number;
  goneAt: number | null;
  /** Its content was cut away while it kept its name. */
  truncated: boolean;
}

/** One line of a log file, or one part of a line. */
export interface Unit {
  /** As a reader of Loki has to find it. */
  text: string;
  stream: 'stdout' | 'stderr';
  ns: bigint;
  /** Bytes in the file. */
  bytes: number;
  writtenAt: number;
  file: FileTruth;
  /** When an answer that Loki stored it was passed on to the agent. */
  ackedAt: number;
}

/** One life of one container run: a static pod that returns has several under one id. */
export interface RunTruth {
  container: string;
  habit: string;
  namespace: string;
  pod: string;
  podUid: string;
  restart: number;
  startedAt: number;
  /** Nothing writes to it any more, in this life. */
  endedAt: number | null;
  /** All its files are gone. */
  leftAt: number | null;
  /** Its log went between the rename of its newest file and the making of the next one. */
  leftAmidRotation: boolean;
  units: Unit[];
  files: FileTruth[];
}

/** What was there for less than this while an agent could look may have come and gone unseen. */
export const RACE_MS = 1_000;

/** `<uid>/<container>/<restart>`, as container records name it. */
export const runId = ({ podUid, container, restart }: RunTruth) => `${podUid}/${container}/${restart}`;

/** When an agent could see what happened on the node. */
export class Presence {
  private readonly spans: Array<{ from: number; to: number }> = [];
  /** When agents ended: what they held open went with them. */
  readonly ends: number[] = [];
  /** When agents were paused. */
  private readonly pauses: number[] = [];
  /** What agents learned between these two moments was forgotten: a start found an older state. */
  private readonly forgotten: Array<{ from: number; to: number }> = [];

  begin(at: number): void {
    this.spans.push({ from: at, to: Infinity });
  }

  /** A state that was kept at `from` replaced the newest one. */
  forget(from: number, to: number): void {
    this.forgotten.push({ from, to });
  }

  /** Whether no agent can know of a run: it came after the state that a later agent found, and went before that agent was there. */
  isForgotten({ startedAt, leftAt }: RunTruth): boolean {
    return this.forgotten.some(({ from, to }) => {
      const nextStart = Math.min(...this.spans.map((span) => span.from).filter((at) => at >= to));
      return startedAt > from - RACE_MS && leftAt !== null && leftAt < nextStart + RACE_MS;
    });
  }

  get hasForgotten(): boolean {
    return this.forgotten.length > 0;
  }

  pausedBetween(from: number, to: number): boolean {
    return this.pauses.some((at) => from <= at && at <= to);
  }

  pause(at: number): void {
    this.pauses.push(at);
    this.suspend(at);
  }

  /** It was paused or asked to end, … */
  suspend(at: number): void {
    const last = this.spans.at(-1);
    if (last?.to === Infinity) {
      last.to = at;
    }
  }

  /** … or it ended. */
  end(at: number): void {
    this.suspend(at);
    this.ends.push(at);
  }

  /** Milliseconds between the two that an agent was running. */
  between(from: number, to: number): number {
    return this.spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0);
  }

  endedBetween(from: number, to: number): boolean {
    return this.ends.some((at) => from <= at && at <= to);
  }
}
