import { RECORDED, recordedInput } from '../testing/recorded';
import { containerLives } from './container-life';
import { nodeLanes } from './node-lane';
import { spansWithin } from './spans';
import { type Grouping, type Sorting } from './orders';
import { timelineModel } from './timeline-model';

const input = recordedInput();
const lives = containerLives(input);
const nodes = nodeLanes(input);
const modelOf = (groupBy: Grouping, sort: Sorting = 'start') =>
  timelineModel(lives, nodes, { groupBy, sort, now: RECORDED.to });
const clock = (time: number | undefined) =>
  time === undefined ? undefined : new Date(time).toISOString().slice(11, 21);

describe('the lives of the recorded containers', () => {
  const find = (pod: string, container?: string) =>
    lives.find((life) => life.pod.startsWith(pod) && (container ?? life.container) === life.container);

  test('are all there, with the logs that left the node', () => {
    expect(lives).toHaveLength(58);
    expect(lives.filter(({ gone }) => gone !== undefined)).toHaveLength(53);
    expect(lives.filter(({ cause }) => cause !== undefined)).toHaveLength(54);
  });

  test('end with the container, and go on with its log until the reclaim', () => {
    const hello = find('hello-6ldg2');
    expect(hello).toMatchObject({ exit: 'complete', exitCode: 0, status: 'complete', cause: 'C1', node: 'node-a' });
    expect([clock(hello?.started), clock(hello?.gone)]).toEqual(['23:13:46.0', '23:15:38.6']);
  });

  test('tell a failed container from one that runs', () => {
    expect(find('migrate')).toMatchObject({ exit: 'failed', exitCode: 3 });
    expect(find('web-')).toMatchObject({ exit: 'running', ended: undefined, gone: undefined, job: null });
  });

  test('know the CronJob and the part a container plays in its pod', () => {
    expect(find('tick-')?.cronJob).toBe('tick');
    expect(
      lives
        .filter(({ job }) => job === 'report')
        .map(({ role }) => role)
        .sort()
    ).toEqual(['init', 'main', 'main']);
  });

  test('of a log that was only rotated stay on the node', () => {
    expect(find('rotate')).toMatchObject({ cause: 'C15', gone: undefined });
  });

  test('are told by the API alone where no agent was', () => {
    const alone = containerLives(recordedInput({ containers: [], gcs: [] }));
    expect(alone.length).toBeGreaterThan(50);
    expect(alone.find(({ pod }) => pod.startsWith('hello-6ldg2'))).toMatchObject({
      status: 'unknown', // nobody observed the node: that nothing was kept is not known either
      containerRecord: undefined,
    });
  });
});

describe('the lane of the recorded node', () => {
  const lane = nodes.get('c1/node-a');

  test('shows what happened on it', () => {
    expect(lane?.marks.map(({ kind, from, count }) => [clock(from)?.slice(0, 8), kind, count])).toEqual([
      ['23:09:27', 'node-added', 1],
      ['23:15:38', 'container-gc', 34],
      ['23:15:41', 'image-gc', 1],
      ['23:15:45', 'rejection', 2],
      ['23:19:22', 'container-gc', 7],
      ['23:19:22', 'image-gc', 3],
      ['23:19:26', 'rejection', 2],
    ]);
  });

  test('shows the same reclaims, as inferred, without a kubelet log', () => {
    const inferred = nodeLanes(recordedInput({ gcs: [] })).get('c1/node-a')?.marks;
    expect(inferred?.filter(({ kind }) => kind === 'container-gc')).toMatchObject([
      { count: 34, isInferred: true },
      { count: 4, isInferred: true },
    ]);
  });

  test('has the limits that were read from the kubelet, as use', () => {
    expect(lane?.limits).toHaveLength(1);
    expect(lane?.limits[0]).toMatchObject({ from: -Infinity, isAssumed: false });
    expect(lane?.limits[0]?.lines.map(({ what, signal, use }) => `${what} ${signal} ${use.toFixed(2)}`)).toEqual([
      'image-gc-high imagefs 0.85',
      'image-gc-low imagefs 0.80',
      'hard nodefs.available 0.90',
      'hard imagefs.available 0.85',
    ]);
  });

  test('says where limits are assumed', () => {
    const without = recordedInput({ thresholds: [] });
    expect(nodeLanes(without).get('c1/node-a')?.limits[0]?.isAssumed).toBe(true);
    expect(nodeLanes({ ...without, isReading: true }).get('c1/node-a')?.limits).toEqual([]);
  });

  test('has one disk for both file systems', () => {
    expect(lane?.disk.isOne).toBe(true);
    expect(lane?.disk.times).toHaveLength(77);
    expect(lane?.disk.imagefs.use[23]).toBeCloseTo(0.7, 1);
  });
});

describe('rows', () => {
  test('are the Job runs on a node, and what else ran there, by their start', () => {
    const [group, ...others] = modelOf('node').groups;
    expect(others).toEqual([]);
    expect(group).toMatchObject({ label: 'node-a', lives: 58, cases: 54 });
    expect(group?.rows.slice(0, 4).map(({ label, lanes, isJob }) => [label, lanes, isJob])).toEqual([
      ['report', 3, true],
      ['hello', 20, true], // all 20 logs are there until the reclaim
      ['ttl-cleanup', 1, true],
      ['web', 1, false],
    ]);
    expect(group?.rows.find(({ label }) => label === 'crashy')?.lanes).toBe(2); // the kubelet keeps two runs at most
  });

  test('stand under their CronJob, and those without one last', () => {
    const groups = modelOf('cronJob').groups;
    expect(groups.map(({ label, rows }) => [label, rows.length])).toEqual([
      ['tick', 13],
      ['', 13],
    ]);
  });

  test('with a log that Loki lacks go first if asked to, the others by their start', () => {
    const [group] = modelOf('node', 'worst').groups;
    const lacking = new Set(lives.filter(({ cause, status }) => cause && status === 'lost').map(({ job }) => job));
    const labels = group?.rows.map(({ label }) => label) ?? [];
    expect(new Set(labels.slice(0, lacking.size))).toEqual(lacking);
    const rest = group?.rows.slice(lacking.size).map(({ start }) => start) ?? [];
    expect(rest).toEqual(rest.toSorted((a, b) => a - b));
  });

  test('with most cases go first if asked to', () => {
    expect(modelOf('node', 'cases').groups[0]?.rows[0]?.label).toBe('hello');
    expect(modelOf('job', 'cases').groups[0]?.label).toBe('hello');
  });

  test('find what reaches into a view', () => {
    const { groups, spans, lives: sorted } = modelOf('node');
    const hello = groups[0]?.rows.find(({ label }) => label === 'hello');
    const at = Date.parse('2026-11-23T23:15:38Z');
    const [low, high] = hello ? spansWithin(spans, hello, at, at + 100) : [0, 0];
    expect(high - low).toBe(20);
    expect(sorted.slice(low, high).every(({ job }) => job === 'hello')).toBe(true);
    const [none, end] = hello ? spansWithin(spans, hello, at + 60_000, at + 70_000) : [0, 1];
    expect(end - none).toBe(0);
  });
});
