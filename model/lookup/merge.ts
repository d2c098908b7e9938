import type { LogEntry } from '../log-entry';

/** Pages of a log, or of anything else that happens at a time, in its order. */
export type EntryPages<T = LogEntry> = AsyncGenerator<T[], void, void>;

/**
 * Several sequences of pages, each in the order of time, as one. Holds a page of each: what lies before the earliest
 * end of these pages is complete and can go.
 */
export async function* mergeByTime<T extends { ns: bigint }>(
  sources: Array<EntryPages<T>>,
  direction: 'forward' | 'backward'
): EntryPages<T> {
  const [only] = sources;
  if (sources.length === 1 && only !== undefined) {
    yield* only;
    return;
  }
  const before = direction === 'forward' ? (a: bigint, b: bigint) => a < b : (a: bigint, b: bigint) => a > b;
  const heads = sources.map((pages) => ({ pages, entries: new Array<T>(), isOver: false }));
  try {
    for (;;) {
      await Promise.all(heads.map(refill));
      const ends = heads.flatMap(({ entries }) => entries.at(-1)?.ns ?? []);
      if (ends.length === 0) {
        return;
      }
      const horizon = ends.reduce((a, b) => (before(b, a) ? b : a));
      const ready: T[] = [];
      for (const head of heads) {
        const later = head.entries.findIndex(({ ns }) => before(horizon, ns));
        for (const entry of head.entries.splice(0, later < 0 ? head.entries.length : later)) {
          ready.push(entry);
        }
      }
      yield ready.sort((a, b) => (a.ns === b.ns ? 0 : before(a.ns, b.ns) ? -1 : 1));
    }
  } finally {
    await Promise.all(sources.map((pages) => pages.return()));
  }
}

async function refill<T>(head: { pages: EntryPages<T>; entries: T[]; isOver: boolean }): Promise<void> {
  while (head.entries.length === 0 && !head.isOver) {
    const next = await head.pages.next();
    head.isOver = next.done === true;
    head.entries = next.value ?? [];
  }
}
