import type { ContainerRecord, Gap, LogStatus } from '../records';
import { between, bytes, count, moment } from './words';

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

/** The status on a log, as half a sentence about one or several logs. */
export const statusWords: Record<LogStatus, string> = {
  complete: 'complete in Loki',
  rescued: 'complete in Loki, though the log left the node before all of it was delivered',
  partial: 'in Loki in part',
  lost: 'lost',
  pending: 'still under way to Loki',
  unknown: 'in Loki as far as it is known: nobody accounts for it yet',
};

const gapReasons: Record<Gap['reason'], string> = {
  'gone-unread': 'the file was deleted before it was read',
  unacknowledged: 'sent, but the file was deleted before Loki said that it has it: it may be there',
  truncated: 'the file was cut shorter than what had been read of it',
  'too-old': 'the lines were older than Loki accepts when they could be sent',
  refused: 'Loki refused the lines for good',
  shed: 'the file was deleted, and keeping it open would have taken more disk than the rescue may',
  unreadable: 'the file could not be read',
};

/**
 * What happened to a container run's log, in sentences for its Job's owner: the status, what is missing and why,
 * what rotation took from the node, when the log left the node.
 *
 * @param happened what took the log from its node (`Case.happened`), where that is known: it stands first
 */
export function sentencesOf(record: ContainerRecord, happened?: string): string[] {
  const told = [statusSentence(record), ...record.gaps.map(gapSentence), ...rotation(record)];
  return happened === undefined
    ? [...told, ...leaving(record)]
    : [happened, ...told, ...(record.left === null ? [] : [`It left the node at ${moment(record.left.at)}.`])];
}

function statusSentence(record: ContainerRecord): string {
  const { linesAcked, linesSeen, bytesSeen, bytesAcked, firstTime, lastTime } = record;
  const lines = `${count(linesAcked, 'line')}${linesAcked > 0 ? ` ${between(firstTime, lastTime)}` : ''}`.trim();
  const size = bytesSeen > 0 ? `, a log of ${bytes(bytesSeen)}` : '';
  switch (record.status) {
    case 'complete':
      return bytesSeen === 0 ? 'The container wrote nothing.' : `All of its log is in Loki: ${lines}${size}.`;
    case 'rescued':
      return (
        `All of its log is in Loki: ${lines}${size}; the last ${bytes(record.left?.bytesUnacked ?? 0)} of it were read ` +
        'from the deleted file.'
      );
    case 'partial':
      return linesSeen > linesAcked
        ? `Its log is in Loki in part: ${linesAcked.toLocaleString('en-US')} of ${count(linesSeen, 'line')}.`
        : `Its log is in Loki in part: ${count(linesAcked, 'line')}, and the container had written more.`;
    case 'lost':
      return 'Its log is lost: nothing of it is in Loki.';
    case 'pending':
      return bytesAcked < bytesSeen
        ? `Its log is still under way to Loki: ${bytes(bytesAcked)} of ${bytes(bytesSeen)} have arrived, ${lines}.`
        : `All that it had written is in Loki, ${lines}; it may write more.`;
    case 'unknown':
      return `Whether all of its log is in Loki is not known; ${lines} arrived.`;
  }
}

function gapSentence(gap: Gap): string {
  const amount = [gap.lines !== null && count(gap.lines, 'line'), gap.bytes !== null && bytes(gap.bytes)].filter(
    Boolean
  );
  const what = amount.length > 0 ? amount.join(', ') : 'an unknown part';
  const when = between(gap.from, gap.to);
  return `Missing: ${what}${when && ` ${when}`}, because ${gapReasons[gap.reason]}${gap.detail ? ` (${gap.detail})` : ''}.`;
}

function rotation({ rotatedAway, gaps }: ContainerRecord): string[] {
  if (rotatedAway === null) {
    return [];
  }
  const { lines, bytes: size, from, to } = rotatedAway;
  const when = between(from, to);
  const where = gaps.length === 0 ? 'They are in Loki' : 'They are in Loki, but for what is missing';
  return [
    `Log rotation had deleted ${count(lines, 'line')} (${bytes(size)})${when && ` ${when}`} from the node while the ` +
      `container was there. ${where}; kubectl logs could not show them.`,
  ];
}

const directories = {
  empty:
    'its directory stayed behind, empty, as the kubelet leaves it when it deletes a dead container and keeps the pod',
  removed: "the pod's log directory went with it, as when the pod is deleted or evicted",
  unknown: '',
};

function leaving({ left, ended }: ContainerRecord): string[] {
  if (left === null) {
    return [ended ? 'The container had ended; its log was still on the node.' : 'Its log was still on the node.'];
  }
  const directory = directories[left.directory];
  return [`The log left the node at ${moment(left.at)}${directory && `; ${directory}`}.`];
}
