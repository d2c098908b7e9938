import { recordQuery, RECORD_SELECTOR, type Span } from '../evidence';
import type { LabelMatch, LabelMatches } from '../logql';
import { shardMatch } from '../records';
import type { AskNumbers, CountedNumber } from '../metric-numbers';

/** Images that the pods of a Job family had pulled, as `pull` records tell: there may have been more. */
export interface FamilyPulls {
  cluster: string;
  namespace: string;
  name: string;
  pulls: number;
  /** Sizes of those images, as far as the kubelet told them; null where it told none. */
  bytes: number | null;
  /** Pulls of an image that was pulled on the same node before in the time range; null where they are too many to tell. */
  again: number | null;
}

/** Whose pulls are counted: names as in the structured metadata. */
export interface PullScope extends LabelMatches {
  cluster?: LabelMatch;
  node?: LabelMatch;
}

/** Families that are named of each figure. */
const MOST = 100;
/** Loki refuses ranges of more than 721 hours. */
const LONGEST_MS = 28 * 24 * 3_600_000;
const FAMILY = 'cluster, namespace, workload';

/**
 * Counts pulls by Job family, in Loki: no record of them is read.
 *
 * @throws what the asking throws
 */
export async function pullsIn(
  ask: AskNumbers,
  { cluster, node, ...metadata }: PullScope,
  { from, to }: Span,
  selector = RECORD_SELECTOR
): Promise<FamilyPulls[]> {
  const labels = { record: 'pull', cluster, shard: shardMatch('pull', node) };
  const query = recordQuery(selector, labels, { node, ...metadata });
  const families = new Map<string, FamilyPulls>();
  const familyOf = ({ labels: of }: CountedNumber): FamilyPulls => {
    const [inCluster = '', inNamespace = '', name = ''] = [of.cluster, of.namespace, of.workload];
    const key = JSON.stringify([inCluster, inNamespace, name]);
    const family = families.get(key) ?? {
      ...{ cluster: inCluster, namespace: inNamespace, name, pulls: 0, bytes: null, again: 0 },
    };
    families.set(key, family);
    return family;
  };
  for (let end = to; end > from; end -= LONGEST_MS) {
    const window = `[${end - Math.max(from, end - LONGEST_MS)}ms] offset 1ms`;
    const top = (numbers: string) => ask(`topk(${MOST}, ${numbers})`, end);
    const [pulls, bytes, images] = await Promise.all([
      top(`sum by (${FAMILY}) (count_over_time(${query} ${window}))`),
      top(`sum by (${FAMILY}) (sum_over_time(${query} | unwrap image_bytes ${window}))`),
      top(`count by (${FAMILY}) (sum by (node, image, ${FAMILY}) (count_over_time(${query} ${window})))`),
    ]);
    const distinct = images && new Map(images.map((number) => [familyOf(number), number.value]));
    for (const number of pulls ?? []) {
      const family = familyOf(number);
      family.pulls += number.value;
      const again = distinct && number.value - (distinct.get(family) ?? number.value);
      family.again = again === undefined || family.again === null ? null : family.again + again;
    }
    for (const number of bytes ?? []) {
      const family = familyOf(number);
      family.bytes = (family.bytes ?? 0) + number.value;
    }
  }
  return [...families.values()].filter(({ pulls }) => pulls > 0);
}
