import type { Gap } from '../../../model/records';
import { emptyRecordState } from './record-state';
import { RunAccount } from './run-account';

let missed: Gap[];
let account: RunAccount;
beforeEach(() => {
  missed = [];
  account = new RunAccount((gap) => missed.push(gap));
});
const gap: Gap = {
  reason: 'gone-unread',
  bytes: 10,
  lines: 2,
  from: '2026-11-24T00:00:01Z',
  to: '2026-11-24T00:00:02Z',
};

test('a gap is in the account, is reported to whoever counts, and waits for a container record', () => {
  expect(account.unreported).toBe(false);
  account.miss(gap);
  expect(account).toMatchObject({ unreported: true, state: { gaps: [gap], vanishedBytes: 0 } });
  expect(missed).toEqual([gap]);
});

test('gaps of an earlier agent wait for a container record: it may have ended before it wrote one', () => {
  const saved = { ...emptyRecordState(), gaps: [gap] };
  expect(new RunAccount(() => undefined, saved)).toMatchObject({ unreported: true, state: saved });
});

test('bytes that no file holds any more are seen and missing', () => {
  account.missBytes(300, { reason: 'shed', lines: null, from: null, to: gap.to });
  expect(account.state).toMatchObject({ vanishedBytes: 300, gaps: [{ reason: 'shed', bytes: 300, lines: null }] });
});

test('a gap does not begin after its end: of lines that are dated later than they were written the first time has to do', () => {
  account.miss({ ...gap, from: '2026-11-24T00:00:09Z' });
  expect(account.state.gaps).toMatchObject([{ from: gap.to, to: gap.to }]);
  account.acknowledge({ from: '2026-11-24T00:00:00Z', last: '2026-11-24T00:00:01Z' }, 0);
  account.miss({ ...gap, reason: 'refused', from: '2026-11-24T00:00:09Z' });
  expect(account.state.gaps).toMatchObject([{}, { from: '2026-11-24T00:00:00Z', to: gap.to }]);
});

test('what Loki acknowledged widens the span of the log, whatever order it comes in', () => {
  account.acknowledge({ from: '2026-11-24T00:00:05Z', last: '2026-11-24T00:00:06Z' }, 0);
  account.acknowledge({ from: '2026-11-24T00:00:03Z', last: '2026-11-24T00:00:04Z' }, 0);
  account.acknowledge({ from: null, last: null }, 0);
  expect(account.state).toMatchObject({
    firstTime: '2026-11-24T00:00:03Z',
    lastTime: '2026-11-24T00:00:06Z',
    gaps: [],
  });
});

test('lines whose time cannot be theirs are passed over and named, from the first line of the stretch', () => {
  account.acknowledge({ from: '2026-11-24T00:00:05Z', last: '2026-11-24T00:00:06Z' }, 3);
  expect(account.state.passedOver).toEqual({ lines: 3, bytes: 0 });
  expect(account.state.gaps).toMatchObject([
    { reason: 'refused', bytes: null, lines: 3, from: '2026-11-24T00:00:05Z', to: '2026-11-24T00:00:06Z' },
  ]);
});

test('a stretch of such lines alone begins where the log stands', () => {
  account.acknowledge({ from: '2026-11-24T00:00:05Z', last: '2026-11-24T00:00:06Z' }, 0);
  account.acknowledge({ from: null, last: null }, 2);
  expect(account.state.gaps).toMatchObject([{ lines: 2, from: '2026-11-24T00:00:06Z', to: null }]);
});

test('a stretch that is passed over counts with its lines and bytes, each time', () => {
  const stretch = { from: gap.from, last: gap.to, bytes: 100, lines: 4 };
  account.passOver(stretch, { reason: 'refused', detail: 'line too long' });
  account.passOver(stretch, { reason: 'too-old' });
  expect(account.state.passedOver).toEqual({ lines: 8, bytes: 200 });
  expect(account.state.gaps).toEqual([
    { reason: 'refused', detail: 'line too long', bytes: 100, lines: 4, from: gap.from, to: gap.to },
    { reason: 'too-old', bytes: 100, lines: 4, from: gap.from, to: gap.to },
  ]);
});
