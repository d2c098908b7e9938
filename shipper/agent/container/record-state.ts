import type { ContainerRun } from '../../../model/container-run';
import { gapSchema, RECORD_VERSION, ruleCountSchema, type ContainerRecord, type Gap } from '../../../model/records';
import { logStatusOf } from '../../../model/log-status';
import { workloadOf } from '../../../model/workload';
import * as z from 'zod';
import type { FoundFile } from '../files/found-file';
import { isSameRotation } from '../files/names';

/** A log file that is read and acknowledged to its end and closed; it may still lie on the node. */
export const closedFileSchema = z.object({
  ino: z.number(),
  /** When the inode was made, milliseconds since 1970: a deleted file's number is soon another's. */
  birthMs: z.number(),
  /** Rotation time in its name; empty for the current file. */
  rotated: z.string(),
  hash: z.string().nullable(),
  lines: z.number(),
  bytes: z.number(),
  /** Times of the first and the last line. */
  from: z.string().nullable(),
  to: z.string().nullable(),
  onNode: z.boolean(),
});
export type ClosedFile = z.infer<typeof closedFileSchema>;

/** What the agent remembers of a container run besides its open files; this part outlives a restart. */
export const recordStateSchema = z.object({
  containerId: z.string().nullable(),
  firstTime: z.string().nullable(),
  lastTime: z.string().nullable(),
  closed: z.array(closedFileSchema),
  /** Sums of the files that rotation deleted while others of the container were still there. */
  away: z
    .object({
      files: z.number(),
      lines: z.number(),
      bytes: z.number(),
      from: z.string().nullable(),
      to: z.string().nullable(),
    })
    .nullable(),
  gaps: z.array(gapSchema),
  /** Lines and bytes that a gap names although the file was read past them. */
  passedOver: z.object({ lines: z.number(), bytes: z.number() }),
  /** What rules of the configuration did to lines, by rule. */
  rules: z.array(ruleCountSchema).default([]),
  /** Bytes that were on the node and that no file holds any more. */
  vanishedBytes: z.number(),
  ended: z.boolean(),
  left: z
    .object({
      at: z.string(),
      noticed: z.string().optional(),
      lastSeen: z.string().optional(),
      directory: z.enum(['empty', 'removed', 'unknown']),
      bytesUnacked: z.number(),
    })
    .nullable(),
});
export type RecordState = z.infer<typeof recordStateSchema>;

export const emptyRecordState = (): RecordState => ({
  containerId: null,
  firstTime: null,
  lastTime: null,
  closed: [],
  away: null,
  gaps: [],
  passedOver: { lines: 0, bytes: 0 },
  rules: [],
  vanishedBytes: 0,
  ended: false,
  left: null,
});

/** What the open files add to an account. */
export interface OpenSums {
  linesRead: number;
  linesAcked: number;
  bytesSeen: number;
  bytesAcked: number;
}

/** Whose record it is, and how the labels of its streams are named. */
export type RecordOrigin = Pick<ContainerRecord, 'cluster' | 'node' | 'preset' | 'tenant'>;

/** The container record of a container run as its record. */
export function buildContainerRecord(
  { id, run }: { id: string; run: ContainerRun },
  node: RecordOrigin,
  state: RecordState,
  open: OpenSums,
  final: boolean
): ContainerRecord {
  const closed = sum([...state.closed, ...(state.away ? [state.away] : [])]);
  const { workload, job } = workloadOf(run.pod);
  const account = {
    linesSeen: closed.lines + open.linesRead,
    linesAcked: closed.lines + open.linesAcked - state.passedOver.lines,
    bytesSeen: closed.bytes + open.bytesSeen + state.vanishedBytes,
    bytesAcked: closed.bytes + open.bytesAcked - state.passedOver.bytes,
    ended: state.ended,
    gaps: state.gaps,
    left: state.left && leftOf(state.left),
  };
  return {
    v: RECORD_VERSION,
    kind: 'container',
    id,
    ...node,
    ...run,
    containerId: state.containerId,
    workload,
    job,
    ...account,
    firstTime: state.firstTime,
    lastTime: state.lastTime,
    rotatedAway: state.away,
    ...(state.rules.length > 0 && { rules: state.rules }),
    status: logStatusOf(account),
    final,
  };
}

/** That a log went is noticed within this, unless the agent was not there, or hardly got to run. */
const PROMPT_MS = 1_000;

/** When it was noticed is reported only where that was late. */
function leftOf({ noticed, ...left }: NonNullable<RecordState['left']>): ContainerRecord['left'] {
  const late = noticed !== undefined && Date.parse(noticed) - Date.parse(left.at) > PROMPT_MS;
  return late ? { ...left, noticed } : left;
}

/** Whether the file in the directory is the closed one: by its rotation's name, or by its inode, which may be used again. */
export function isSameFile(closed: ClosedFile, found: FoundFile): boolean {
  return (
    isSameRotation(closed.rotated, found.rotated) || (closed.ino === found.ino && closed.birthMs === found.birthMs)
  );
}

/** Adds up closed files that rotation deleted, so that a container that writes for months stays small. */
export function foldAway(state: RecordState): void {
  const gone = state.closed.filter((file) => !file.onNode && file.rotated !== '');
  for (const { lines, bytes, from, to } of gone) {
    const { away } = state;
    state.away = {
      files: (away?.files ?? 0) + 1,
      lines: (away?.lines ?? 0) + lines,
      bytes: (away?.bytes ?? 0) + bytes,
      from: away?.from ?? from,
      to: to ?? away?.to ?? null,
    };
  }
  state.closed = state.closed.filter((file) => !gone.includes(file));
}

function sum(files: ReadonlyArray<Pick<ClosedFile, 'lines' | 'bytes'>>): { lines: number; bytes: number } {
  return files.reduce((total, file) => ({ lines: total.lines + file.lines, bytes: total.bytes + file.bytes }), {
    lines: 0,
    bytes: 0,
  });
}

/** More gaps than this are reported as one. */
const MANY_GAPS = 50;

/** Adds a gap; one that it continues grows instead. */
export function addGap(state: RecordState, gap: Gap): void {
  const many = state.gaps.length >= MANY_GAPS;
  const last = many ? state.gaps.findLast(({ reason }) => reason === gap.reason) : state.gaps.at(-1);
  const continues =
    last && last.reason === gap.reason && last.detail === gap.detail && last.bytes !== null && gap.bytes !== null;
  if (last && (continues || many)) {
    last.bytes = add(last.bytes, gap.bytes);
    last.lines = add(last.lines, gap.lines);
    last.to = gap.to ?? last.to;
  } else {
    state.gaps.push({ ...gap });
  }
}

/** What is not known of both is not known of the sum. */
const add = (a: number | null, b: number | null) => (a === null || b === null ? null : a + b);
