import { type CaseInput, casesOf } from '.';
import { containerId, containerRecord, deletion, gc, job, left, pod, run, t } from './testing/records';

type Lists = Required<Omit<CaseInput, 'now' | 'disks' | 'thresholds' | 'events' | 'heartbeats' | 'watches'>>;

/** What happened: two containers in a reclaim, two beside them that nothing tells of, a restart, a TTL, one never seen. */
const reclaimed: Lists = {
  containers: [
    containerRecord({ podUid: 'a', pod: 'a', containerId: containerId(1) }),
    containerRecord({ podUid: 'b', pod: 'b', containerId: containerId(2) }),
    containerRecord({ podUid: 'crash', pod: 'crash', containerId: containerId(4), left: left('12:20:30', 'removed') }),
    containerRecord({ podUid: 'crash', pod: 'crash', restart: 1, containerId: containerId(5), left: null }),
    containerRecord({ podUid: 'ttl', pod: 'ttl', containerId: containerId(3), left: left('12:30:00', 'removed') }),
  ],
  pods: [
    pod({ id: 'a', pod: 'a' }),
    pod({ id: 'b', pod: 'b' }),
    pod({
      ...{ id: 'crash', pod: 'crash', finished: null, phase: 'Running', final: false },
      containers: [
        { name: 'main', state: 'running', runs: [run(0, '12:00:00', '12:10:00'), run(1, '12:20:30', null)] },
      ],
    }),
    pod({ id: 'ttl', pod: 'ttl', deletion: deletion('ttl', '12:29:59') }),
    pod({
      ...{ id: 'unseen', pod: 'unseen', finished: t('12:20:00') },
      containers: [{ name: 'main', state: 'terminated', runs: [run(6, '12:11:00', '12:12:00')] }],
      deletion: deletion('unknown', '12:40:00'),
    }),
  ],
  jobs: [job()],
  nodes: [],
  gcs: [gc('12:20:00', [1, 2])],
};
/** The same names and ids in another cluster, where a person deleted the pods. */
const deleted: Lists = {
  ...reclaimed,
  containers: reclaimed.containers.map((record) => ({ ...record, left: left('12:20:00', 'removed') })),
  pods: reclaimed.pods.map((record) => pod({ ...record, deletion: deletion('unknown', '12:19:59') })),
  gcs: [],
};

function inCluster(cluster: string, lists: Lists): Lists {
  const named = <R extends { cluster: string }>(records: readonly R[]) =>
    records.map((record) => ({ ...record, cluster }));
  return {
    containers: named(lists.containers),
    pods: named(lists.pods),
    jobs: named(lists.jobs),
    nodes: named(lists.nodes),
    gcs: named(lists.gcs),
  };
}

const together = (a: Lists, b: Lists): Lists => ({
  containers: [...a.containers, ...b.containers],
  pods: [...a.pods, ...b.pods],
  jobs: [...a.jobs, ...b.jobs],
  nodes: [...a.nodes, ...b.nodes],
  gcs: [...a.gcs, ...b.gcs],
});

describe('the cases of two clusters in one store', () => {
  it.each([
    ['in which the same happened', reclaimed, reclaimed],
    ['in which different things happened', reclaimed, deleted],
  ])('%s are those of each', (_, first, second) => {
    const [east, west] = [inCluster('east', first), inCluster('west', second)];
    const now = t('13:00:00');
    const apart = [east, west].flatMap((lists) => casesOf({ ...lists, now }));
    expect(apart.length).toBeGreaterThan(8);
    const both = casesOf({ ...together(east, west), now });
    expect(both).toHaveLength(apart.length);
    expect(both).toEqual(expect.arrayContaining(apart));
  });
});
