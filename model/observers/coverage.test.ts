import { heartbeat, machine, t, watch } from '../cases/testing/records';
import { nodeStateSchema, RECORD_VERSION, type HeartbeatRecord, type ThresholdsRecord } from '../records';
import { defaultThresholds } from '../thresholds';
import { coverageOf, type CoverageRecords, type NodeCoverage } from './coverage';

const RANGE = { from: Date.parse(t('08:00:00')), end: Date.parse(t('12:00:00')) };
const beat = (node: string, to: string, more: Partial<HeartbeatRecord> = {}) =>
  heartbeat('07:00:00', to, { node, id: `${node}/heartbeat`, ...more });
const settings = (node: string, more: Partial<ThresholdsRecord> = {}): ThresholdsRecord => ({
  ...{ v: RECORD_VERSION, kind: 'thresholds', id: `${node}/thresholds`, cluster: 'c1', node, time: t('07:00:00') },
  ...{ ...defaultThresholds('v1.31.0'), source: 'configz', ...more },
});
const nothing: CoverageRecords = { beats: [], nodes: [], watches: [], unknown: [], thresholds: [], tallies: [] };
const problemsBy = (nodes: readonly NodeCoverage[]) => nodes.map(({ node, problems }) => [node, [...problems]]);

describe('what of a fleet is observed', () => {
  test('lists the worst node first, each with all of its problems', () => {
    const { nodes, clusters } = coverageOf(
      {
        ...nothing,
        beats: [
          beat('fine', '11:58:00', { statsProblem: null }),
          beat('silent', '11:20:00'),
          beat('blind', '11:58:00', { logsProblem: 'EACCES' }),
          beat('stuck', '11:58:00', { lokiProblem: '401', unackedBytes: 9, oldestUnacked: t('11:48:00') }),
          beat('deaf', '11:58:00', {
            kubeletLog: { source: 'file', from: null, to: null, problem: 'ENOENT' },
            statsProblem: '403',
          }),
        ],
        nodes: [nodeStateSchema.parse(machine({ node: 'bare', created: t('06:00:00') }))],
        tallies: [{ cluster: 'c1', node: 'fine', status: 'lost', count: 2 }],
      },
      RANGE
    );
    expect(problemsBy(nodes)).toEqual([
      ['silent', ['silent']],
      ['bare', ['absent']],
      ['blind', ['logs-unreadable']],
      ['stuck', ['not-delivered']],
      ['deaf', ['kubelet-log-unreadable', 'statistics-unreadable']],
      ['fine', []],
    ]);
    expect(nodes.find(({ node }) => node === 'silent')?.since).toBe(t('11:20:00'));
    expect(nodes.find(({ node }) => node === 'stuck')?.lagMs).toBe(600_000);
    expect(nodes.find(({ node }) => node === 'fine')).toMatchObject({ logs: { lost: 2 }, lagMs: 0 });
    expect(clusters).toEqual([{ cluster: 'c1', nodes: 6, unobserved: 3, watch: null, logs: { lost: 2 } }]);
  });

  test('names the thresholds that are other than on most nodes of the cluster, and those that are assumed', () => {
    const names = ['a', 'b', 'c', 'd'];
    const own: Record<string, Partial<ThresholdsRecord>> = {
      c: { imageGcHighPercent: 90, evictionHard: { 'nodefs.available': '10%' } },
      d: { source: 'assumed', imageGcHighPercent: 70 },
    };
    const { nodes } = coverageOf(
      {
        ...nothing,
        beats: names.map((node) => beat(node, '11:58:00')),
        thresholds: [
          ...names.map((node) => settings(node, own[node])),
          settings('a', { time: t('06:00:00'), imageGcHighPercent: 1 }),
        ],
      },
      RANGE
    );
    expect(problemsBy(nodes).slice(0, 2)).toEqual([
      ['d', ['thresholds-assumed']],
      ['c', ['thresholds-differ']],
    ]);
    expect(nodes.find(({ node }) => node === 'c')?.deviations).toEqual([
      { setting: 'evictionHard.imagefs.available', value: null, usual: '15%' },
      { setting: 'evictionHard.imagefs.inodesFree', value: null, usual: '5%' },
      { setting: 'evictionHard.memory.available', value: null, usual: '100Mi' },
      { setting: 'evictionHard.nodefs.inodesFree', value: null, usual: '5%' },
      { setting: 'imageGCHighThresholdPercent', value: '90', usual: '85' },
    ]);
  });

  test('leaves out nodes that were removed before the end, and says whether the watch reports', () => {
    const removed = machine({ node: 'gone', created: t('06:00:00'), removed: t('11:30:00') });
    const { nodes, clusters } = coverageOf(
      {
        ...nothing,
        beats: [beat('gone', '11:30:00'), beat('a', '11:58:00')],
        nodes: [nodeStateSchema.parse(removed)],
        watches: [watch('07:00:00', '11:00:00')],
      },
      RANGE
    );
    expect(nodes.map(({ node }) => node)).toEqual(['a']);
    expect(clusters[0]?.watch?.isSilent).toBe(true);
  });

  test('of 5,000 nodes is worked out at once', () => {
    const names = Array.from({ length: 5000 }, (_, n) => `node-${n}`);
    const counted = names.map((node) => ({ cluster: 'c1', node }));
    const { nodes } = coverageOf(
      {
        ...nothing,
        counted,
        beats: names.slice(1).map((node) => beat(node, '11:58:00')),
        thresholds: names.map((node) => settings(node)),
      },
      RANGE
    );
    expect(nodes).toHaveLength(5000);
    expect(nodes[0]).toMatchObject({ node: 'node-0', problems: ['silent'], since: null });
  });
});
