import { containerLives } from '../model/container-life';
import { nodeLanes } from '../model/node-lane';
import { EXITS, LOG_STATUSES } from '../model/spans';
import { timelineModel } from '../model/timeline-model';
import { RECORDED, recordedInput } from '../testing/recorded';
import { densityOf } from './density';
import { hitTest, laneMiddle, MARKS_HEIGHT } from './hit-test';
import { type Item, itemAt, layoutOf, MEASURES } from './layout';
import { markPlaces } from './mark-places';
import { piecesOf } from './pieces';
import { ticksOf, timeLabel } from './ticks';
import { UTC, zoneOf } from './time-zone';
import { between, including, SHORTEST, timeAt, type View, xOf, zoomed } from './view';

const at = (clock: string) => Date.parse(`2026-11-23T${clock}Z`);
const input = recordedInput();
const lives = containerLives(input);
const model = timelineModel(lives, nodeLanes(input), { groupBy: 'node', sort: 'start', now: RECORDED.to });
const options = { measures: MEASURES.normal, shut: new Set<string>(), open: new Set<string>(), showNodeLanes: true };
const whole: View = { from: RECORDED.from, to: RECORDED.to };
const WIDTH = 1000;
const rowOf = (label: string) => {
  const row = model.groups[0]?.rows.find((one) => one.label === label);
  if (!row) {
    throw new Error(`no row ${label}`);
  }
  return row;
};

describe('the view', () => {
  test('keeps what is under the pointer while it is zoomed', () => {
    const anchor = timeAt(whole, WIDTH, 300);
    const nearer = zoomed(whole, 0.25, anchor);
    expect(nearer.to - nearer.from).toBeCloseTo((whole.to - whole.from) / 4);
    expect(xOf(nearer, WIDTH, anchor)).toBeCloseTo(300);
  });

  test('goes no nearer than a log can be told from the next', () => {
    const nearest = zoomed(whole, 1e-9, RECORDED.from);
    expect(nearest.to - nearest.from).toBe(SHORTEST);
    expect(between(1000, 1000)).toEqual({ from: 1000 - SHORTEST / 2, to: 1000 + SHORTEST / 2 });
  });

  test('moves no further than is needed to show a moment', () => {
    expect(including(whole, at('23:15:00'))).toBe(whole);
    expect(including(whole, RECORDED.to + 1000).to).toBeGreaterThan(RECORDED.to);
  });
});

describe('ticks', () => {
  const labels = (view: View, most: number, zone = UTC) =>
    ticksOf(view, most, zone, 'en-US').ticks.map(({ label }) => label);

  test('stand on round times', () => {
    expect(labels({ from: at('23:09:10'), to: at('23:15:10') }, 6)).toEqual([
      '23:10',
      '23:11',
      '23:12',
      '23:13',
      '23:14',
      '23:15',
    ]);
    expect(labels({ from: at('23:15:38.5'), to: at('23:15:39') }, 5)).toEqual([
      ...['23:15:38.500', '23:15:38.600', '23:15:38.700', '23:15:38.800', '23:15:38.900'],
      '23:15:39.000',
    ]);
  });

  test('name a new day by its date, on the clock of the zone', () => {
    const view = { from: at('12:00:00'), to: at('12:00:00') + 86_400_000 };
    expect(labels(view, 4)).toContain('Nov 24');
    const tokyo = ticksOf(view, 4, zoneOf('Asia/Tokyo'), 'ja-JP').ticks.find(({ isDay }) => isDay);
    expect([tokyo?.label, tokyo?.time]).toEqual(['11月24日', at('15:00:00')]);
  });

  test('stay on the hour where the clocks are changed', () => {
    const berlin = zoneOf('Europe/Berlin');
    const view = { from: Date.parse('2026-10-24T22:00:00Z'), to: Date.parse('2026-10-25T23:00:00Z') };
    const { ticks, step } = ticksOf(view, 6, berlin, 'en-US');
    expect(step).toBe(6 * 3_600_000);
    expect(ticks.map(({ time }) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '22:00',
      '05:00',
      '11:00',
      '17:00',
      '23:00',
    ]);
  });

  test.each([['no/such-zone'], ['browser']])('take %p for the zone of the browser', (name) => {
    expect(zoneOf(name).offsetAt(0) + new Date(0).getTimezoneOffset() * 60_000).toBe(0);
  });

  test('are as exact as a pixel', () => {
    expect(timeLabel(at('23:15:38.571'), UTC, 10)).toBe('2026-11-23 23:15:38.571');
    expect(timeLabel(at('23:15:38.571'), UTC, 5000)).toBe('2026-11-23 23:15:38');
  });
});

describe('the layout', () => {
  const labels = (items: Item[]) => items.flatMap((item) => (item.kind === 'row' ? [item.row.label] : []));

  test('puts the rows below their node without a gap', () => {
    const { items, height } = layoutOf(model, { ...options, view: whole });
    expect(items[0]).toMatchObject({ kind: 'group', top: 0, height: MEASURES.normal.nodeLane });
    items.forEach((item, i) => i > 0 && expect(item.top).toBe((items[i - 1]?.top ?? 0) + (items[i - 1]?.height ?? 0)));
    expect(height).toBe((items.at(-1)?.top ?? 0) + (items.at(-1)?.height ?? 0));
  });

  test('leaves out rows of which nothing happens in the view', () => {
    const late = layoutOf(model, { ...options, view: { from: at('23:23:30'), to: at('23:24:00') } });
    expect(labels(late.items)).toEqual(['web', 'rotate']);
    const reclaim = layoutOf(model, { ...options, view: { from: at('23:19:22'), to: at('23:19:23') } });
    expect(labels(reclaim.items)).toContain('export'); // its log goes in this second
  });

  test('gives each container of an open row a row of its own, and shows nothing of a group that is shut', () => {
    const open = layoutOf(model, { ...options, view: whole, open: new Set([rowOf('hello').key]) });
    expect(open.items.filter(({ kind }) => kind === 'life')).toHaveLength(20);
    expect(layoutOf(model, { ...options, view: whole, shut: new Set(['c1/node-a']) }).items).toHaveLength(1);
  });

  test('finds the item at a height', () => {
    const layout = layoutOf(model, { ...options, view: whole });
    layout.items.forEach((item, i) => {
      expect(itemAt(layout, item.top)).toBe(i);
      expect(itemAt(layout, item.top + item.height - 1)).toBe(i);
    });
    expect(itemAt({ items: [], height: 0 }, 5)).toBe(-1);
  });
});

describe('pieces', () => {
  test('are the lives of a row, each in its lane, with the log behind', () => {
    const pieces = piecesOf(model.spans, rowOf('hello'), { from: at('23:13:30'), to: at('23:16:00') }, WIDTH);
    expect(pieces).toHaveLength(20);
    expect(new Set(pieces.map(({ lane }) => lane)).size).toBe(20);
    const gone = xOf({ from: at('23:13:30'), to: at('23:16:00') }, WIDTH, at('23:15:38.7'));
    pieces.forEach(({ x2, isGone }) => {
      expect(Math.abs(x2 - gone)).toBeLessThan(5);
      expect(isGone).toBe(true);
    });
  });

  test('that share a pixel become one, which shows the worst of them', () => {
    const own = ['complete', 'failed', 'complete'] as const;
    const tiny = own.map((exit, i) => ({
      ...(lives[0] ?? never()),
      ...{ id: `${i}`, exit, started: 1000 + i * 10, ended: 1005 + i * 10, gone: 1006 + i * 10 },
      status: i === 2 ? ('lost' as const) : ('complete' as const),
    }));
    const dense = timelineModel(tiny, new Map(), { groupBy: 'job', sort: 'start', now: 1e6 });
    const [row] = dense.groups[0]?.rows ?? [];
    const pieces = row ? piecesOf(dense.spans, row, { from: 0, to: 1e6 }, WIDTH) : [];
    expect(pieces).toHaveLength(1);
    expect(pieces[0]).toMatchObject({ count: 3, exit: EXITS.indexOf('failed'), status: LOG_STATUSES.indexOf('lost') });
    expect(row && piecesOf(dense.spans, row, { from: 1000, to: 1030 }, WIDTH)).toHaveLength(3);
  });
});

describe('marks', () => {
  const marks = model.nodes.get('c1/node-a')?.marks ?? [];

  test('stand beside each other, none upon another', () => {
    const places = markPlaces(marks, whole, WIDTH);
    expect(places.map(({ kind, count }) => [kind, count])).toContainEqual(['container-gc', 34]);
    places.forEach((place, i) => {
      const before = places[i - 1];
      expect(place.left).toBeGreaterThanOrEqual(before ? before.left + before.width : 0);
    });
  });

  test('become one where they are too near, and count what they stand for', () => {
    const month = { from: RECORDED.from - 15 * 86_400_000, to: RECORDED.to + 15 * 86_400_000 };
    const gc = markPlaces(marks, month, WIDTH).filter(({ kind }) => kind === 'container-gc');
    expect(gc).toMatchObject([{ count: 41, marks: 2 }]);
  });
});

test('marks that have no room are counted by the sign before them', () => {
  const kinds = ['container-gc', 'image-gc', 'eviction', 'rejection', 'node-added', 'node-removed'] as const;
  const crowd = Array.from({ length: 60 }, (_, i) => ({
    ...{ kind: kinds[i % 6] ?? never(), from: i * 40, to: i * 40, count: 1, bytes: 0, isInferred: i % 2 === 0 },
  }));
  const places = markPlaces(crowd, { from: 0, to: 100_000 }, WIDTH);
  const shown = places.reduce((sum, { marks, hidden }) => sum + marks + hidden, 0);
  expect(shown).toBe(crowd.length);
  expect(places.some(({ hidden }) => hidden > 0)).toBe(true);
  places.forEach((place, i) => {
    const before = places[i - 1];
    expect(place.left).toBeGreaterThanOrEqual(before ? before.left + before.width : 0);
    expect(place.left + place.width).toBeLessThanOrEqual(WIDTH);
  });
});

describe('what is under the pointer', () => {
  const layout = layoutOf(model, { ...options, view: whole });
  const hit = (x: number, y: number) => hitTest(model, layout, whole, WIDTH, { x, y });

  test('is the life whose bar or log is there', () => {
    const item = layout.items.find((one) => one.kind === 'row' && one.row.label === 'hello') ?? never();
    for (let lane = 0; lane < 20; lane++) {
      const found = hit(xOf(whole, WIDTH, at('23:15:20')), item.top + laneMiddle(item, lane));
      expect(found).toMatchObject({ kind: 'life' });
      expect(found.kind === 'life' && model.spans.lane[found.index]).toBe(lane);
    }
    expect(hit(xOf(whole, WIDTH, at('23:17:00')), item.top + 20)).toMatchObject({ kind: 'none' });
  });

  test('is a mark, or the disk, in the lane of a node', () => {
    expect(hit(xOf(whole, WIDTH, at('23:15:38')), 100)).toMatchObject({ kind: 'mark', mark: { kind: 'container-gc' } });
    expect(hit(xOf(whole, WIDTH, at('23:12:00')), 30)).toMatchObject({ kind: 'lane' });
  });

  test('is the sign that is painted there, also where it had to make way', () => {
    const header = layout.items.find((one) => one.kind === 'group') ?? never();
    const foot = header.top + header.height - MARKS_HEIGHT / 2;
    const places = markPlaces(model.nodes.get('c1/node-a')?.marks ?? [], whole, WIDTH);
    expect(places.some(({ left, width, x }) => x < left || x > left + width)).toBe(true);
    for (const place of places) {
      expect(hit(place.left + 3, foot)).toMatchObject({ kind: 'mark', mark: { kind: place.kind, from: place.from } });
      expect(hit(place.left + place.width - 3, foot)).toMatchObject({ mark: { kind: place.kind, from: place.from } });
    }
  });

  test('is nothing below the last row', () => {
    expect(hit(5, layout.height + 10)).toMatchObject({ kind: 'none', item: undefined });
  });
});

test('the minimap counts what ran and what went', () => {
  const density = densityOf(lives, whole, 100, RECORDED.to);
  const sum = (counts: Uint32Array) => counts.reduce((all, one) => all + one, 0);
  expect(sum(density.safe)).toBe(53);
  expect(sum(density.missing)).toBe(0);
  expect(density.mostGone).toBeGreaterThanOrEqual(34);
});

function never(): never {
  throw new Error('the recording has it');
}
