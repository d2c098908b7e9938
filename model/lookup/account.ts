import type { Code, StatementCode } from '../codes';
import { excludedBy } from '../log-status';
import type { ContainerRecord, LogStatus } from '../records';

/** A container run as people tell it from others. */
export interface Who {
  cluster?: string;
  namespace?: string;
  pod?: string;
  container?: string;
  restart?: number;
  containerId?: string | null;
  podUid?: string;
  node?: string;
}

/** `hello-rtkpw/hello (namespace job-test, restart 0, container d1e747c55ee0, node n1, cluster c1)`. */
export function nameOf({ cluster, namespace, pod, container, restart, containerId, node }: Who): string {
  const more = [
    namespace && `namespace ${namespace}`,
    restart !== undefined && `restart ${restart}`,
    containerId && `container ${containerId.slice(0, 12)}`,
    node && `node ${node}`,
    cluster && `cluster ${cluster}`,
  ].filter(Boolean);
  return `${pod ?? 'a pod'}/${container ?? 'a container'}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}

/** The status of a log, as half a sentence about one or several logs. */
export const statusWords: Record<LogStatus, string> = {
  complete: 'complete in Loki',
  rescued: 'complete in Loki, the last part read after the file was deleted',
  partial: 'partially in Loki',
  lost: 'lost',
  pending: 'being sent to Loki',
  unknown: 'not reported by an agent',
};

/** What records of all kinds say of a container run, beside its own. */
interface Known {
  status?: LogStatus;
  /** When the container ended; null where nothing tells. */
  finished?: string | null;
  /** Until when that was observed. */
  asOf?: string;
}

/**
 * What happened to a container run's log, for its Job's owner: the status, what is missing and why, what rotation
 * deleted from the node, when the log was removed from it.
 *
 * @param known what all records together say, which is more than the container record says, such as that its pod has ended
 * @param statement what removed the log from its node, where that is known: it stands first
 */
export function accountOf(record: ContainerRecord, known: Known = {}, statement?: StatementCode): Code[] {
  const { status = record.status, finished = null } = known;
  const account = [
    statusCode(record, { ...known, status }),
    ...gaps(record, status),
    ...rules(record),
    ...tenant(record),
    ...rotation(record),
  ];
  if (statement === undefined) {
    return [...account, removal(record, record.ended || finished !== null)];
  }
  return [
    statement,
    ...account,
    ...(record.left === null ? [] : [{ code: 'account-left' as const, at: record.left.at, directory: null }]),
  ];
}

function statusCode(record: ContainerRecord, { status, finished = null, asOf }: Known & { status: LogStatus }): Code {
  const { linesAcked: lines, linesSeen, bytesSeen, bytesAcked, firstTime: from, lastTime: to } = record;
  switch (status) {
    case 'complete':
      return bytesSeen === 0
        ? { code: 'account-empty' }
        : { code: 'account-complete', lines, bytes: bytesSeen, from, to };
    case 'rescued': {
      const rescuedBytes = record.left?.bytesUnacked ?? 0;
      return { code: 'account-rescued', lines, bytes: bytesSeen, from, to, rescuedBytes };
    }
    case 'partial':
      return linesSeen > lines
        ? { code: 'account-partial', lines, of: linesSeen }
        : { code: 'account-partial-unknown', lines };
    case 'lost':
      return { code: 'account-lost' };
    case 'pending':
      return bytesAcked < bytesSeen
        ? { code: 'account-pending', bytes: bytesAcked, of: bytesSeen, lines, from, to }
        : finished === null || asOf === undefined
          ? { code: 'account-growing', lines, from, to }
          : { code: 'account-unconfirmed', lines, from, to, finished, asOf };
    case 'unknown': {
      const rule = excludedBy(record.gaps);
      return rule === null ? { code: 'account-unknown', lines } : { code: 'account-excluded', rule };
    }
  }
}

function gaps(record: ContainerRecord, status: LogStatus): Code[] {
  const isExcluded = status === 'unknown' && excludedBy(record.gaps) !== null; // the status says it
  return status === 'complete' || status === 'rescued' || isExcluded
    ? []
    : record.gaps.map(({ lines, bytes, from, to, reason, detail }) => ({
        code: 'account-gap',
        ...{ lines, bytes, from, to, reason },
        detail: detail ?? null,
      }));
}

/** Whoever asks for another tenant's lines finds none. */
const tenant = ({ tenant: name, linesAcked }: ContainerRecord): Code[] =>
  name === undefined || linesAcked === 0 ? [] : [{ code: 'account-tenant', tenant: name }];

const rules = ({ rules: counts = [] }: ContainerRecord): Code[] =>
  counts.map(({ rule, action, lines, bytes }) =>
    action === 'drop' ? { code: 'account-dropped', rule, lines, bytes } : { code: 'account-redacted', rule, lines }
  );

function rotation({ rotatedAway, gaps: missing }: ContainerRecord): Code[] {
  if (rotatedAway === null || excludedBy(missing) !== null) {
    return [];
  }
  const { lines, bytes, from, to } = rotatedAway;
  return [{ code: 'account-rotated', lines, bytes, from, to, hasGaps: missing.length > 0 }];
}

function removal({ left }: ContainerRecord, ended: boolean): Code {
  return left === null
    ? { code: 'account-on-node', ended }
    : { code: 'account-left', at: left.at, directory: left.directory };
}
