import { namesIn, narrowed, reviewOf } from '.';
import { evicted, gc, HOUR, input, rollup, START, tally } from './testing/inputs';

const share = (namespace: string, workload: string) => ({ namespace, workload, bytes: 5 });
const whole = input({
  gcs: [gc(START + HOUR)],
  cases: [tally({ count: 3 }), tally({ workload: 'import', count: 2 }), tally({ namespace: 'web', workload: 'site' })],
  pods: [evicted('a', START + HOUR, 'The node was low on resource: ephemeral-storage. ')],
  rollups: [
    {
      ...rollup(START, { p95: 1, greatest: 1, last: 1 }),
      top: { logs: [share('shop', 'report'), share('web', 'site')], layers: [], volumes: [], pods: [] },
    },
  ],
});
const narrow = (namespaces: string[], jobs: string[]) =>
  reviewOf('node', narrowed(whole, { namespaces, jobs })).rows.map(({ reclaims, podsEvicted, logs }) => ({
    ...{ reclaims, podsEvicted, complete: logs.complete },
  }));

test('a review is narrowed down in its cases and pods, not in what the node went through', () => {
  expect(narrow([], [])).toEqual([{ reclaims: 1, podsEvicted: 1, complete: 6 }]);
  expect(narrow(['shop'], [])).toEqual([{ reclaims: 1, podsEvicted: 1, complete: 5 }]);
  expect(narrow(['web'], [])).toEqual([{ reclaims: 1, podsEvicted: 0, complete: 1 }]);
  expect(narrow(['shop'], ['import'])).toEqual([{ reclaims: 1, podsEvicted: 0, complete: 2 }]);
});

test('the name of a Job stands for its family', () => {
  expect(narrow([], ['report-29401234'])).toEqual(narrow([], ['report']));
  expect(narrow([], ['report'])).toEqual([{ reclaims: 1, podsEvicted: 1, complete: 3 }]);
});

test('names come from cases, pods, nodes and what was written', () => {
  expect(namesIn(whole)).toEqual({
    ...{ clusters: ['c1'], nodes: ['node-a'], namespaces: ['shop', 'web'], jobs: ['import', 'report', 'site'] },
  });
});
