import type { CauseId } from '../../model/causes';
import type { Limits } from '../../pocket-loki/common/limits';
import type { Treatment } from '../testkit/fake-loki';

/**
 * A world as data: what happens on one node, when, and why. A seed gives a script (`generate.ts`), `play.ts` plays it on real
 * files against a real agent process, `judge.ts` holds what the agent did against it. Being data, it can be made smaller while
 * it still fails (`shrink.ts`), and whoever judges verdicts reads the causes from it.
 */
export interface WorldScript {
  seed: number;
  /** The actions lie within so many milliseconds; afterwards everything works again, and the agent may finish. */
  lengthMs: number;
  /** Flags of the agent besides those that every world needs. */
  agentFlags: Readonly<Record<string, string>>;
  lokiLimits: Partial<Limits>;
  containers: readonly ContainerPlan[];
  /** In any order; those of one millisecond happen in the order of the list. */
  actions: readonly Action[];
}

export interface ContainerPlan {
  name: string;
  habit: string;
  /** What writes the log: containerd or CRI-O, or Docker's json-file driver behind a link. */
  format: 'cri' | 'docker';
  /** The kubelet's containerLogMaxFiles, or Docker's max-file. */
  maxFiles: number;
  /** Between the rename of the current file and the runtime's opening of the next one. */
  reopenMs: number;
}

export type CauseCode = CauseId;

/** Why a file, or a whole log, is on its node no longer. */
interface Removal {
  cause: CauseCode;
}

/** What is written: the shapes that a real log has. */
export type Shape =
  /** Whole lines, now. */
  | { kind: 'plain'; lines: number; width?: number }
  /** Lines in several parts (`P … F`), the parts of both streams in one another. */
  | { kind: 'partial'; lines: number; parts: number }
  /** A part whose end never comes: a prompt, or the last words of a process. */
  | { kind: 'open-part' }
  /** Lines that are the same in text and time. */
  | { kind: 'equal'; lines: number }
  /** Lines with bytes that are not UTF-8, with NULs inside, with characters of every length, empty ones. */
  | { kind: 'odd'; lines: number }
  /** Lines in no format of a runtime. */
  | { kind: 'raw'; lines: number }
  /** Lines whose time is so many seconds off. */
  | { kind: 'shifted'; lines: number; seconds: number }
  /** A run of NULs, as a power loss leaves them. */
  | { kind: 'nuls'; bytes: number }
  /** The same, without blocks on the disk. */
  | { kind: 'hole'; bytes: number };

export type ContainerAction = { at: number; container: string } & (
  | { do: 'start' }
  | { do: 'write'; shape: Shape }
  /** The kubelet, or Docker, begins a new file; the oldest one goes where there are too many (C15). */
  | { do: 'rotate' }
  /** The container ends; its files stay. */
  | { do: 'end' }
  /** It ends and starts again: the next file number. The run before last goes (C4). */
  | { do: 'restart' }
  /** The container's files are deleted, the directory stays. */
  | ({ do: 'delete-files' } & Removal)
  /** The pod's log directory is deleted. */
  | ({ do: 'delete-pod' } & Removal)
  /** The pod comes back under its UID, as a static pod does. */
  | { do: 'return' }
  /** Somebody deletes the files of a running container; the kubelet has the runtime reopen its log later. */
  | ({ do: 'remove-by-hand'; reopenMs: number } & Removal)
  /** Somebody empties the file of a running container. */
  | ({ do: 'truncate' } & Removal)
);

export type AgentAction = { at: number } & (
  | { do: 'agent-kill' }
  | { do: 'agent-end' }
  | { do: 'agent-start' }
  /** Keeps a copy of the state directory, … */
  | { do: 'state-keep' }
  /** … which the next start finds instead of the newest. */
  | { do: 'state-restore' }
  | { do: 'agent-pause' }
  | { do: 'agent-resume' }
);

/** What becomes of one request on its way to Loki. */
export interface GatewayAction {
  at: number;
  do: 'gateway';
  untilMs: number;
  /** Share of the requests that are treated so, 0 to 1. */
  share: number;
  treatment: Treatment;
}

/** The disk of the agent's state directory is full, until then. */
export interface DiskAction {
  at: number;
  do: 'disk-full';
  untilMs: number;
}

export type Action = ContainerAction | AgentAction | GatewayAction | DiskAction;
