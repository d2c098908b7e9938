import type { ContainerRecord, Gap, LogStatus } from '../records';
import { at, ms } from './moment';

/** The status as half of a case's sentence: where the log is now. */
export function lokiSentence(status: LogStatus, containerRecord: ContainerRecord | undefined): string {
  switch (status) {
    case 'complete':
      if (containerRecord && containerRecord.left === null && !containerRecord.ended) {
        return 'All that has left the node is in Loki.';
      }
      return containerRecord?.bytesSeen === 0 ? 'It had written nothing.' : 'Its log is in Loki, complete.';
    case 'rescued':
      return 'Its log is in Loki, complete: the last of it was read from the file after it had been deleted.';
    case 'partial':
      return `Its log is in Loki in part: ${missing(containerRecord)}.`;
    case 'lost':
      return containerRecord && containerRecord.linesAcked > 0
        ? `Its log is lost: ${missing(containerRecord)}.`
        : 'Nothing of its log reached Loki.';
    case 'pending':
      return 'Its log is still on its way to Loki.';
    case 'unknown':
      return 'Whether all of its log is in Loki is not known.';
  }
}

function missing(containerRecord: ContainerRecord | undefined): string {
  const gaps = containerRecord?.gaps ?? [];
  if (gaps.length === 0) {
    const bytes = containerRecord ? containerRecord.bytesSeen - containerRecord.bytesAcked : 0;
    return bytes > 0 ? `at least ${amount(bytes, 'byte')} are missing` : 'its end may be missing';
  }
  const unknown = gaps.some(({ lines, bytes }) => lines === null && bytes === null);
  const known = gaps.every(({ lines }) => lines !== null)
    ? amount(total(gaps, 'lines'), 'line')
    : amount(total(gaps, 'bytes'), 'byte');
  return `${unknown ? 'an unknown part' : known}${between(gaps)} ${unknown || known.startsWith('1 ') ? 'is' : 'are'} missing`;
}

function total(gaps: readonly Gap[], what: 'lines' | 'bytes'): number {
  return gaps.reduce((sum, gap) => sum + (gap[what] ?? 0), 0);
}

function between(gaps: readonly Gap[]): string {
  const from = gaps.map((gap) => ms(gap.from)).filter((moment) => moment !== undefined);
  const to = gaps.map((gap) => ms(gap.to)).filter((moment) => moment !== undefined);
  return from.length === 0 || to.length === 0
    ? ''
    : ` between ${at(Math.min(...from)).slice(11, 19)} and ${at(Math.max(...to)).slice(11, 19)}`;
}

function amount(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 ? '' : 's'}`;
}
