import { logQuery } from '../logql';
import { recordLabels, shardMatch, shardOf } from './stream';

describe('the stream of a record', () => {
  it('is a share of the kinds that every node writes', () => {
    const shard = shardOf('node-a');
    expect(shard).toMatch(/^(0\d|1[0-5])$/);
    expect(recordLabels({ kind: 'disk', cluster: 'c1', node: 'node-a' })).toEqual({
      ...{ service_name: 'afterlog', record: 'disk', cluster: 'c1' },
      shard,
    });
    expect(recordLabels({ kind: 'pod', cluster: 'c1', node: 'node-a' })).toMatchObject({ shard });
    expect(recordLabels({ kind: 'pod', cluster: 'c1', node: '' })).not.toHaveProperty('shard');
    for (const kind of ['job', 'event', 'node', 'watch']) {
      expect(recordLabels({ kind, cluster: 'c1', node: 'node-a' })).not.toHaveProperty('shard');
    }
  });

  it('is one of its own for evicted pods', () => {
    const [evicted, other] = [true, false].map((one) => recordLabels({ kind: 'pod', cluster: 'c1', evicted: one }));
    expect(evicted).toEqual({ ...other, evicted: 'true' });
    expect(other).not.toHaveProperty('evicted');
  });

  it('is one an hour for what is late, of all nodes', () => {
    const late = { late: 'true', hour: '2026-11-23T23' } as const;
    expect(recordLabels({ kind: 'disk', cluster: 'c1', node: 'node-a' }, late)).toEqual({
      ...{ service_name: 'afterlog', record: 'disk', cluster: 'c1' },
      ...late,
    });
  });

  it.each([(n: number) => `node-${n}`, (n: number) => `ip-10-0-${n >> 8}-${n & 255}.eu-west-1.compute.internal`])(
    'spreads the nodes of a cluster evenly',
    (name) => {
      const counts = new Map<string, number>();
      for (let n = 0; n < 1600; n++) {
        const shard = shardOf(name(n));
        counts.set(shard, (counts.get(shard) ?? 0) + 1);
      }
      expect(counts.size).toBe(16);
      expect(Math.min(...counts.values())).toBeGreaterThan(60);
      expect(Math.max(...counts.values())).toBeLessThan(145);
    }
  );
});

describe('a question about nodes', () => {
  it('matches their shares, and streams that are not split', () => {
    const shard = shardMatch('disk', 'node-a');
    expect(logQuery({ record: 'disk', shard })).toBe(`{record="disk", shard=~"|${shardOf('node-a')}"}`);
    expect(shardMatch('container', ['node-a', 'node-b'])).toContain(shardOf('node-b'));
  });

  it('names the shares of the twenty nodes that a timeline shows', () => {
    const nodes = Array.from({ length: 20 }, (_, n) => `node-${n * 25}`);
    const shares = new Set(nodes.map(shardOf));
    expect(shares.size).toBeLessThan(14);
    expect(shardMatch('pod', nodes)).toEqual(['', ...[...shares].sort()]);
  });

  it('does not name shares where there are none, or nearly all are meant', () => {
    expect(shardMatch('job', 'node-a')).toBeUndefined();
    expect(shardMatch('disk', undefined)).toBeUndefined();
    const many = Array.from({ length: 100 }, (_, n) => `node-${n}`);
    expect(shardMatch('disk', many)).toBeUndefined();
  });
});
