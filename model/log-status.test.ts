import type { Gap } from './records';
import { logStatusOf, type Account } from './log-status';

const account = (over: Partial<Account> = {}): Account => ({
  linesAcked: 10,
  bytesSeen: 1000,
  bytesAcked: 1000,
  ended: true,
  gaps: [],
  left: null,
  ...over,
});
const left = (bytesUnacked: number): Account['left'] => ({
  at: '2026-11-24T00:00:00.000000000Z',
  directory: 'empty',
  bytesUnacked,
});
const gap = (bytes: number | null, lines: number | null, reason: Gap['reason'] = 'gone-unread'): Gap => ({
  reason,
  bytes,
  lines,
  from: null,
  to: null,
});

const excluded = (to: string | null): Gap => ({ ...gap(null, null, 'excluded'), to, detail: 'select.pods.include' });

test.each<[string, Account, string]>([
  ['all is acknowledged and the container ended', account(), 'complete'],
  ['all was acknowledged when the log left', account({ left: left(0) }), 'complete'],
  ['the log left without a seen end', account({ ended: false, left: left(0) }), 'pending'],
  ['the log left before its last acknowledgement', account({ left: left(400) }), 'rescued'],
  ['an empty log', account({ linesAcked: 0, bytesSeen: 0, bytesAcked: 0 }), 'complete'],
  ['the container may write more', account({ ended: false }), 'pending'],
  ['bytes are under way', account({ bytesAcked: 999 }), 'pending'],
  ['bytes are under way after the log left', account({ bytesAcked: 999, left: left(400) }), 'pending'],
  ['bytes are under way beside a gap', account({ bytesAcked: 500, gaps: [gap(400, 4)] }), 'pending'],
  ['a part is missing', account({ bytesAcked: 600, gaps: [gap(400, 4)] }), 'partial'],
  ['two parts are missing', account({ bytesAcked: 500, gaps: [gap(400, 4), gap(100, 1)] }), 'partial'],
  ['a gap outweighs a rescue', account({ bytesAcked: 600, gaps: [gap(400, 4)], left: left(400) }), 'partial'],
  ['nothing reached Loki', account({ linesAcked: 0, bytesAcked: 0, gaps: [gap(1000, 10)] }), 'lost'],
  ['nobody can know whether something is missing', account({ gaps: [gap(null, null)] }), 'unknown'],
  ['what is missing may have arrived', account({ bytesAcked: 600, gaps: [gap(400, 4, 'unacknowledged')] }), 'unknown'],
  ['something was given up', account({ gaps: [gap(null, null, 'shed')] }), 'partial'],
  ['it is excluded', account({ linesAcked: 0, bytesAcked: 0, ended: false, gaps: [excluded(null)] }), 'unknown'],
  ['it was excluded until it ended', account({ linesAcked: 0, gaps: [excluded(left(0)!.at)] }), 'unknown'],
  [
    'it is excluded since a part is there',
    account({ bytesAcked: 500, ended: false, gaps: [excluded(null)] }),
    'partial',
  ],
  ['it was excluded for a time', account({ gaps: [excluded(left(0)!.at)] }), 'partial'],
  ['one gap of two is known', account({ bytesAcked: 600, gaps: [gap(null, null), gap(400, 4)] }), 'partial'],
])('%s', (_case, given, status) => {
  expect(logStatusOf(given)).toBe(status);
});
