import { id, run, record } from '../../tests/integration/logs-data';
import { runQueries } from './run-queries';

const second = 1_000_000_000n;
const start = 1_795_475_700n * second;
const window = { from: start, to: start + 1000n * second, recordsTo: start + 1000n * second, isDefault: true };
const hello = (n: number) => run('hello-rtkpw', { container: 'hello', containerId: id(`${n}f`), podUid: `u${n}` });

describe('queries for container runs', () => {
  it('ask for one in its streams, by its id, while it wrote; and for lines from before the id was known', () => {
    const [query, ...more] = runQueries([record(hello(1), [start + 10n * second, start + 20n * second])], window);
    expect(query).toEqual({
      query: `{cluster="c1", namespace="job-test", container="hello", workload="hello"} | container_id="${id('1f')}" or (pod_uid="u1" and restart="0")`,
      from: start + 9n * second,
      to: start + 21n * second,
    });
    expect(more).toEqual([]);
  });

  it('ask for those of one workload together, fifty at most', () => {
    const records = Array.from({ length: 60 }, (_, i) => record(hello(i), [start + BigInt(i) * second]));
    const queries = runQueries([...records, record(run('other-bbbbb'), [start])], window);
    const uids = queries.map(({ query }) => new Set(query.match(/\bu\d+\b/g)).size);
    expect(uids).toEqual([50, 10, 0]);
    expect(queries[1]).toMatchObject({ from: start + 49n * second, to: start + 60n * second });
  });

  it('ask by the pod’s UID where the id is not known', () => {
    const pod = { ...hello(1), containerId: null };
    expect(runQueries([record(pod, [start])], window)[0]?.query).toMatch(/\} \| \(pod_uid="u1" and restart="0"\)$/);
  });

  it('ask until the window ends while the account is open', () => {
    const open = record(hello(1), [start], { final: false });
    expect(runQueries([open], window)[0]).toMatchObject({ from: start - second, to: window.to });
  });

  it('ask from a log’s beginning, unless somebody said from when', () => {
    const old = record(hello(1), [start - 100n * second, start + 5n * second]);
    expect(runQueries([old], window)[0]?.from).toBe(start - 101n * second);
    expect(runQueries([old], { ...window, isDefault: false })[0]?.from).toBe(start);
  });
});
