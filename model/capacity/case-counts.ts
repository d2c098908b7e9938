import {
  type CaseSummary,
  type CountedScope,
  countsByBoth,
  countsByFamily,
  countsByNamespace,
  countsByNode,
  MOST_SERIES,
  shardsOfNodes,
  topFamilies,
} from '../case-records';
import { CAUSE_IDS, isCauseId } from '../causes';
import type { Span } from '../evidence';
import { logStatusSchema } from '../records';
import { runLimited } from '../run-limited';
import type { CaseTally, CountInput } from './counts';
import type { AskNumbers, CountedNumber } from '../metric-numbers';

/** Cases by node, and by Job family: as `CountInput` takes them. */
export type CaseMargins = Required<Pick<CountInput, 'cases' | 'familyCases'>>;

/** Which Job families are counted apart: none, those with most cases of the causes that findings are about, or all. */
export type CountedFamilies = 'none' | 'most' | 'all';

/** What of a case is counted. */
export type CountedCase = Pick<CaseSummary, 'cluster' | 'node' | 'namespace' | 'workload' | 'status' | 'cause'>;

/** Loki refuses ranges of more than 721 hours. */
const LONGEST_MS = 28 * 24 * 3_600_000;
/** The causes that findings are about, and how many families of each are counted. */
const FINDING_CAUSES = ['C1', 'C7', 'C8', 'C15'];
const MOST_FAMILIES = 20;
const QUERIES_AT_ONCE = 4;
/** What a count that is too much for Loki is split by, one after the other. */
const SPLITS: ReadonlyArray<readonly [name: string, values: readonly string[]]> = [
  ['cause', [...CAUSE_IDS, 'unknown']],
  ['status', logStatusSchema.options],
];

/**
 * Adds up cases: those that a watch has written by metric queries, so that Loki does it and little comes, and others one
 * by one. Cases by node and by Job family are counted apart: both together would be more series than Loki answers with.
 */
export class CaseCounts {
  private readonly byNode = new Tallies();
  private readonly byFamily = new Tallies();

  constructor(
    private readonly ask: AskNumbers,
    private readonly families: CountedFamilies
  ) {}

  /**
   * Counts the cases of a span that stand in case records.
   *
   * @throws Error where Loki allows too few series, and what the asking throws
   */
  async count(scope: CountedScope, { from, to }: Span): Promise<void> {
    const stretches: Span[] = [];
    for (let end = to; end > from; end -= LONGEST_MS) {
      stretches.push({ from: Math.max(end - LONGEST_MS, from), to: end });
    }
    await Promise.all(stretches.map((stretch) => this.countStretch(scope, stretch)));
  }

  /** @param times -1 where cases were counted that are not to be */
  add(cases: readonly CountedCase[], times: 1 | -1 = 1): void {
    for (const one of cases) {
      this.byNode.add(one, times);
      this.byFamily.add(one, times);
    }
  }

  margins(): CaseMargins {
    return { cases: this.byNode.all(), familyCases: this.byFamily.all() };
  }

  private async countStretch(scope: CountedScope, { from, to }: Span): Promise<void> {
    const window = `${to - from}ms`;
    const numbersOf = (part: CountedScope, query: (part: CountedScope) => string) => this.numbers(part, query, to);
    const rotated = new Tallies();
    const byNode = shardsOfNodes(scope.metadata.node).map((shard) => async () => {
      for (const number of await numbersOf(scope, (part) => countsByNode(part, shard, window))) {
        (number.labels.cause === 'C15' ? rotated : this.byNode).add(caseOf(number), number.value);
      }
    });
    const most = async () => {
      const part = withMetadata(scope, 'cause', FINDING_CAUSES);
      this.byFamily.addAll(await numbersOf(part, (one) => topFamilies(one, MOST_FAMILIES, window)));
    };
    const byFamily = {
      none: [],
      most: [most],
      all: [() => this.countFamilies(scope, window, to)],
    }[this.families];
    await runLimited([...byFamily, ...byNode], QUERIES_AT_ONCE);
    if (rotated.all().length > 0) {
      const both = await numbersOf(withMetadata(scope, 'cause', 'C15'), (part) => countsByBoth(part, window));
      this.byNode.addAll(both);
      both.forEach((number) => rotated.add({ ...caseOf(number), namespace: '', workload: '' }, -number.value));
      rotated.all().forEach((rest) => this.byNode.add(rest, rest.count));
    }
  }

  /** All families, if they are few enough; else the largest of each cause, and of each namespace how many others there are. */
  private async countFamilies(scope: CountedScope, window: string, at: number): Promise<void> {
    const all = await this.ask(countsByFamily(scope, window), at);
    if (all !== undefined && all.length < MOST_SERIES) {
      this.byFamily.addAll(all);
      return;
    }
    const rest = new Tallies();
    rest.addAll(await this.numbers(scope, (part) => countsByNamespace(part, window), at));
    const causes = [...new Set(rest.all().map(({ cause }) => cause))];
    const counted = causes.map((cause) => async () => {
      const part = withMetadata(scope, 'cause', cause);
      const numbers = await this.numbers(part, (one) => countsByFamily(one, window), at);
      this.byFamily.addAll(numbers);
      numbers.forEach((number) => rest.add({ ...caseOf(number), workload: '' }, -number.value));
    });
    await runLimited(counted, QUERIES_AT_ONCE);
    rest.all().forEach((others) => this.byFamily.add(others, others.count));
  }

  /** Asks once, and of a Loki to which that is too much cause by cause, and status by status. */
  private async numbers(
    scope: CountedScope,
    query: (scope: CountedScope) => string,
    at: number
  ): Promise<readonly CountedNumber[]> {
    const numbers = await this.ask(query(scope), at);
    if (numbers !== undefined) {
      return numbers;
    }
    const [name, values = []] = SPLITS.find(([one]) => typeof scope.metadata[one] !== 'string') ?? [];
    if (name === undefined) {
      throw new Error('Loki allows too few series to count cases: raise max_query_series to its default, 500, or more');
    }
    const asked = scope.metadata[name];
    const parts = Array.isArray(asked) ? values.filter((value) => asked.includes(value)) : values;
    const all: CountedNumber[] = [];
    for (const value of parts) {
      all.push(...(await this.numbers(withMetadata(scope, name, value), query, at)));
    }
    return all;
  }
}

const withMetadata = (scope: CountedScope, name: string, match: string | readonly string[]): CountedScope => ({
  ...scope,
  metadata: { ...scope.metadata, [name]: match },
});

class Tallies {
  private readonly byKey = new Map<string, CaseTally>();

  add({ cluster, node, namespace, workload, status, cause }: CountedCase, count: number): void {
    const key = JSON.stringify([cluster, node, namespace, workload, status, cause]);
    const known = this.byKey.get(key);
    if (known === undefined) {
      this.byKey.set(key, { cluster, node, namespace, workload, status, cause, count });
    } else {
      known.count += count;
    }
  }

  addAll(numbers: readonly CountedNumber[]): void {
    numbers.forEach((number) => this.add(caseOf(number), number.value));
  }

  /** What was amended to nothing is left out. */
  all(): CaseTally[] {
    return [...this.byKey.values()].filter(({ count }) => count !== 0);
  }
}

/** What the labels of a count tell; what they do not tell apart is empty. */
function caseOf({ labels }: CountedNumber): CountedCase {
  const { cluster = '', node = '', namespace = '', workload = '', status, cause = '' } = labels;
  return {
    ...{ cluster, node: node === '' ? null : node, namespace, workload },
    status: logStatusSchema.catch('unknown').parse(status),
    cause: isCauseId(cause) ? cause : 'unknown',
  };
}
