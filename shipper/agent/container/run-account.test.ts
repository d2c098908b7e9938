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

test('a gap that begins where it ends is as it is', () => {
  account.acknowledge({ from: '2026-11-24T00:00:00Z', last: '2026-11-24T00:00:01Z' }, 0);
  account.miss({ ...gap, from: gap.to });
  expect(account.state.gaps).toMatchObject([{ from: gap.to, to: gap.to }]);
});

test.each([
  ['its begin', { from: null }],
  ['its end', { to: null }],
])('a gap of which %s is not known is as it is', (_, open) => {
  account.acknowledge({ from: '2026-11-24T00:00:00Z', last: '2026-11-24T00:00:01Z' }, 0);
  account.miss({ ...gap, ...open });
  expect(account.state.gaps).toEqual([{ ...gap, ...open }]);
});

describe('what rules of the configuration did', () => {
  const dropped = { rule: 'debug', action: 'drop', lines: 3, bytes: 90 } as const;
  const masked = { rule: 'tokens', action: 'redact', lines: 2, bytes: 60 } as const;
  const span = { from: gap.from, last: gap.to };

  test('is added up by rule and action', () => {
    account.acknowledge(span, 0, [dropped, masked]);
    account.acknowledge(span, 0, [dropped, { ...dropped, action: 'redact' }]);
    expect(account.state.rules).toEqual([
      { ...dropped, lines: 6, bytes: 180 },
      masked,
      { ...dropped, action: 'redact' },
    ]);
  });

  test('is passed over where it dropped lines, and not missing', () => {
    account.acknowledge(span, 0, [dropped, masked]);
    expect(account.state).toMatchObject({ passedOver: { lines: 3, bytes: 0 }, gaps: [] });
  });

  test('is not missing either where the rest of the stretch is', () => {
    account.passOver({ ...span, lines: 10, bytes: 500, rules: [dropped, masked] }, { reason: 'too-old' });
    expect(account.state).toMatchObject({
      passedOver: { lines: 10, bytes: 410 },
      gaps: [{ reason: 'too-old', lines: 7, bytes: 410 }],
      rules: [dropped, masked],
    });
  });
});

describe('an exclusion', () => {
  const now = (second: number) => `2026-11-24T00:01:0${second}Z`;

  test('is one gap, from the last line that Loki has until it ends; nothing else is missing meanwhile', () => {
    account.acknowledge({ from: gap.from, last: gap.to }, 0);
    account.exclude('rule-1', now(1));
    account.miss(gap);
    const excluded = { reason: 'excluded', bytes: null, lines: null, from: gap.to, to: null, detail: 'rule-1' };
    expect(account).toMatchObject({ unreported: true, state: { gaps: [excluded] } });
    expect(missed).toEqual([]);
    account.unreported = false;
    account.include(now(2));
    account.miss(gap);
    expect(account).toMatchObject({ unreported: true, state: { gaps: [{ ...excluded, to: now(2) }, gap] } });
  });

  test('goes on over a restart, and ends where another rule excludes it', () => {
    account.miss(gap);
    account.exclude('rule-1', now(1));
    const next = new RunAccount(() => undefined, account.state);
    next.unreported = false;
    next.exclude('rule-1', now(2));
    expect(next).toMatchObject({ unreported: false, state: { gaps: [gap, { detail: 'rule-1', to: null }] } });
    next.exclude('rule-2', now(3));
    expect(next).toMatchObject({
      unreported: true,
      state: { gaps: [gap, { detail: 'rule-1', to: now(3) }, { detail: 'rule-2', to: null }] },
    });
  });

  test('that was none ends nothing', () => {
    account.miss({ ...gap, to: null });
    account.unreported = false;
    account.include(now(1));
    expect(account).toMatchObject({ unreported: false, state: { gaps: [{ ...gap, to: null }] } });
  });
});
