import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { isCauseId } from '../../../model/causes';
import { logStatusSchema } from '../../../model/records';
import type { ContainerLife, Exit } from '../../timeline/model/container-life';

/**
 * Frames that somebody made of data of their own: a row for each container. docs/panel.md is their schema.
 * Names of fields are read without regard to case, spaces, `-` and `_`.
 */

/** A life with the row that reports it: data links are the row's. */
export interface FramedLife {
  life: ContainerLife;
  frame: DataFrame;
  row: number;
}

type Columns = ReadonlyMap<string, Field>;

/** Whether a frame has a row for each container: a time `start`, and a `pod` or a `job`. */
export function isContainerFrame(frame: DataFrame): boolean {
  const columns = columnsOf(frame);
  return columns.get('start')?.type === FieldType.time && (columns.has('pod') || columns.has('job'));
}

/** The containers of such frames; rows without a start have none. */
export const livesOfFrames = (frames: readonly DataFrame[]): FramedLife[] =>
  frames.filter(isContainerFrame).flatMap((frame, index) => {
    const columns = columnsOf(frame);
    return Array.from({ length: frame.length }, (_, row) => row).flatMap((row) => {
      const life = lifeAt(columns, row, `${frame.refId ?? ''}/${index}/${row}`);
      return life === undefined ? [] : [{ life, frame, row }];
    });
  });

function columnsOf({ fields }: DataFrame): Columns {
  // What a transformation renamed is known by its new name.
  const nameOf = ({ name, config }: Field) => (config.displayName ?? name).toLowerCase().replace(/[\s_-]/g, '');
  return new Map(fields.map((field) => [nameOf(field), field]));
}

function lifeAt(columns: Columns, row: number, id: string): ContainerLife | undefined {
  const text = (name: string) => textOf(columns.get(name)?.values[row]);
  const time = (name: string) => timeOf(columns.get(name)?.values[row]);
  const number = (name: string) => numberOf(columns.get(name)?.values[row]);
  const started = time('start');
  if (started === undefined) {
    return undefined;
  }
  const end = time('end');
  const ended = end === undefined ? undefined : Math.max(started, end);
  const exitCode = number('exitcode') ?? null;
  const job = text('job');
  const cause = text('cause')?.toUpperCase();
  return {
    id,
    cluster: text('cluster') ?? '',
    node: text('node') ?? null,
    namespace: text('namespace') ?? '',
    pod: text('pod') ?? job ?? '',
    podUid: '',
    container: text('container') ?? '',
    restart: number('restart') ?? 0,
    containerId: text('containerid') ?? null,
    role: 'main',
    workload: text('workload') ?? job ?? text('pod') ?? '',
    job: job ?? null,
    cronJob: text('cronjob') ?? null,
    started,
    ended,
    exit: exitOf(text('result'), exitCode, ended),
    exitCode,
    exitReason: text('reason') ?? null,
    gone: time('gone'),
    status: logStatusSchema.safeParse(text('status')?.toLowerCase()).data ?? 'unknown',
    cause: cause !== undefined && isCauseId(cause) ? cause : undefined,
    ...{ case: undefined, containerRecord: undefined, podRecord: undefined },
  };
}

/** How containers and Jobs end, in the words of Kubernetes and of Afterlog. */
const EXITS: Record<string, Exit> = {
  ...{ complete: 'complete', completed: 'complete', succeeded: 'complete' },
  ...{ failed: 'failed', error: 'failed', oomkilled: 'failed', deadlineexceeded: 'failed' },
  ...{ running: 'running', active: 'running', unknown: 'unknown' },
};

function exitOf(result: string | undefined, exitCode: number | null, ended: number | undefined): Exit {
  const reported = EXITS[result?.toLowerCase() ?? ''];
  if (reported !== undefined) {
    return reported;
  }
  return ended === undefined ? 'running' : exitCode === null ? 'unknown' : exitCode === 0 ? 'complete' : 'failed';
}

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === '' || typeof value === 'object' ? undefined : String(value);

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'number' || (typeof value === 'string' && value !== '') ? Number(value) : NaN;
  return Number.isFinite(number) ? number : undefined;
}

/** Milliseconds since 1970, or a text as ISO 8601 has it. */
function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : numberOf(value);
  return time === undefined || Number.isNaN(time) ? undefined : time;
}
