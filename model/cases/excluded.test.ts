import type { Gap } from '../records';
import { casesOf } from './index';
import { containerRecord, heartbeat, left, pod, t } from './testing/records';

const excluded = (more: Partial<Gap> = {}): Gap => ({
  ...{ reason: 'excluded', bytes: null, lines: null, from: null, to: null, detail: 'select.pods.exclude: p' },
  ...more,
});
const nothing = { linesSeen: 0, linesAcked: 0, bytesAcked: 0, firstTime: null, lastTime: null };
/** Heartbeats after the container's end, without a backlog, say of other logs that Loki has all of them. */
const heartbeats = [heartbeat('11:00:00', '13:00:00')];

test('a log that is excluded is neither lost nor complete: its status is unknown, by configuration', () => {
  const record = containerRecord({
    ...nothing,
    status: 'unknown',
    gaps: [excluded()],
    left: left('12:20:00', 'removed'),
  });
  const [one] = casesOf({ containers: [record], pods: [pod()], heartbeats });
  expect(one).toMatchObject({
    status: 'unknown',
    loki: { code: 'loki-excluded', rule: 'select.pods.exclude: p' },
    seen: true,
  });
  expect(one?.evidence.find(({ what }) => what.code === 'file-gone')?.what).toMatchObject({ unackedBytes: null });
});

test('what was shipped before is a part', () => {
  const record = containerRecord({
    linesAcked: 5,
    bytesAcked: 50,
    status: 'partial',
    gaps: [excluded({ from: t('12:05:00') })],
  });
  expect(casesOf({ containers: [record], pods: [pod()], heartbeats })).toMatchObject([
    { status: 'partial', loki: { code: 'loki-partial', lines: null, bytes: null } },
  ]);
});

test('lines that a rule dropped are not missing', () => {
  const rules = [{ rule: 'noise', action: 'drop' as const, lines: 4, bytes: 40 }];
  const record = containerRecord({ linesSeen: 10, linesAcked: 6, rules });
  expect(casesOf({ containers: [record], pods: [pod()], heartbeats })).toMatchObject([
    { status: 'complete', loki: { code: 'loki-complete' } },
  ]);
});
