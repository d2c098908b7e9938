import type { LogEntry, NsSpan } from '../log-entry';
import { type LogLayout, OWN_LAYOUT } from '../log-layouts';
import { escapeRegex, type LabelMatch, type LabelMatches, logQuery, matchersOf } from '../logql';
import type { LogStatus } from '../records';
import { type FoundRun, type LineQuery, type LookupWindow, nsOf, originsIn, runOfOrigin } from './found-run';
import { ALL_ORIGIN_NAMES, type LineOrigin, originOf } from './line-origin';
import { originsBy } from './origins-by';
import type { Plan } from './plan';
import { podNamesOf } from './readings';
import type { Target } from './target';

/*
 * Lines of other shippers: Grafana Alloy, Promtail, Fluent Bit, Vector, the OpenTelemetry Collector. They are looked for
 * where the agent's own lines do not have a log, or not all of it, so that nothing is printed twice where two shippers
 * run side by side. All of them name namespace, pod and container, under names and in places of their own: as labels of
 * the stream, which an index finds at once, or in the metadata of each line, for which all lines of a namespace are read.
 */

/** The names under which a shipper reports where lines come from. */
interface OriginLabels {
  namespace: string;
  pod: string;
  container: string;
  /** They are labels of streams only: the metadata of a namespace's lines are not searched for them. */
  isLabel?: boolean;
}

const isLabel = true;
/** What the sources of `ORIGIN_NAMES` (line-origin.ts) say belongs together. */
const SHIPPERS: readonly OriginLabels[] = [
  { namespace: 'namespace', pod: 'pod', container: 'container' },
  { namespace: 'k8s_namespace_name', pod: 'k8s_pod_name', container: 'k8s_container_name' },
  {
    namespace: 'kubernetes_namespace_name',
    pod: 'kubernetes_pod_name',
    container: 'kubernetes_container_name',
  },
  { namespace: 'namespace_name', pod: 'pod_name', container: 'container_name' },
  { namespace: 'pod_namespace', pod: 'pod_name', container: 'container_name' },
  {
    namespace: 'kubernetes_pod_namespace',
    pod: 'kubernetes_pod_name',
    container: 'kubernetes_container_name',
    isLabel,
  },
  { namespace: 'kubernetes_namespace', pod: 'kubernetes_pod_name', container: 'kubernetes_container_name', isLabel },
  { namespace: 'kubernetes_namespace', pod: 'kubernetes_pod', container: 'kubernetes_container', isLabel },
  { namespace: 'namespace', pod: 'instance', container: 'container', isLabel },
  { namespace: 'namespace', pod: 'instance', container: 'container_name', isLabel },
];

const BROAD_SEARCH_NS = 86_400_000_000_000n;
/** More pods than these are not named in one query. */
const PODS_PER_QUERY = 50;

export interface ForeignScope {
  window: LookupWindow;
  cluster?: string;
  namespace?: string;
  container?: string;
  previous?: boolean;
  layout?: LogLayout;
}

/** Container runs, and the queries for the lines of other shippers that were found. */
export interface WithForeign {
  runs: FoundRun[];
  queries: LineQuery[];
  isPart: boolean;
}

/** The container runs that the agent's lines do not have, or not all of. */
export const lacksLines = ({ record, isSeen }: FoundRun): boolean =>
  record === undefined ? !isSeen : INCOMPLETE.has(record.status);
const INCOMPLETE: ReadonlySet<LogStatus> = new Set(['lost', 'partial', 'unknown']);

/** Completes the runs of a target by the lines of other shippers; where there are no runs, finds them by these lines. */
export function* foreignRuns(runs: readonly FoundRun[], target: Target, scope: ForeignScope): Plan<WithForeign> {
  const lacking = runs.filter(lacksLines);
  const without = { runs: [...runs], queries: [], isPart: false };
  const wanted = wantedOf(lacking, target, scope);
  if (wanted === undefined || (runs.length > 0 && lacking.length === 0)) {
    return without;
  }
  const shippers = shippersOf(scope.layout);
  const byLabel = yield* hitsOf(shippers, (labels) => ({ query: labelQuery(labels, wanted), ...wanted.span }));
  const missed = shippers.filter((labels) => labels.isLabel !== true && !byLabel.some((hit) => hit.labels === labels));
  const byMetadata = yield* hitsOf(missed, (labels) => ({ query: metadataQuery(labels, wanted), ...wanted.near }));
  const hits = [...byLabel, ...byMetadata];
  const found: WithForeign = { ...without, runs: [...runs], queries: [] };
  for (const hit of hits) {
    const { question, newest } = hit;
    const counted = yield* originsBy(question, ALL_ORIGIN_NAMES, target, newest.ns, scope);
    const origins = originsIn([...counted.entries, newest], (fields) => originOf(fields, scope.layout)).filter(
      ({ workload }) => workload === undefined // else the agent's usual lines, which are found without
    );
    if (origins.length > 0) {
      found.queries.push({ ...question, isForeign: origins.some(({ isForeign }) => isForeign) });
      found.isPart ||= counted.isPart;
      found.runs = origins.reduce((all, origin) => attach(all, origin, hit, scope), found.runs);
    }
  }
  return found;
}

interface Wanted {
  /** Where a line reports its cluster, it must be one of these; empty where any will do. */
  clusters: string[];
  namespace: LabelMatch | undefined;
  pod: LabelMatch;
  container: string | undefined;
  span: NsSpan;
  /** For queries that read all lines of a namespace. */
  near: NsSpan;
}

function wantedOf(lacking: readonly FoundRun[], target: Target, scope: ForeignScope): Wanted | undefined {
  const { window, container } = scope;
  const known = [...new Set(lacking.flatMap(({ who }) => who.cluster ?? []))];
  const clusters = scope.cluster === undefined ? known : [scope.cluster];
  const pods = [...new Set(lacking.flatMap(({ who }) => who.pod ?? []))];
  const namespaces = [...new Set(lacking.flatMap(({ who }) => who.namespace ?? []))];
  const byName = podNamesOf(target);
  if (pods.length === 0) {
    const from = window.isDefault ? window.to - BROAD_SEARCH_NS : window.from;
    const near = { from: from > window.from ? from : window.from, to: window.to };
    const namespace = scope.namespace ?? target.namespace;
    return byName === undefined ? undefined : { clusters, namespace, pod: byName, container, span: window, near };
  }
  const pod = pods.length > PODS_PER_QUERY && byName !== undefined ? byName : pods.slice(0, PODS_PER_QUERY);
  const span = joined(lacking.map(missingSpan));
  return { clusters, namespace: namespaces.length === 0 ? undefined : namespaces, pod, container, span, near: span };
}

/** When what is missing of a run was written. */
function missingSpan({ record, span }: FoundRun): NsSpan {
  const gaps = record?.status === 'partial' ? record.gaps : [];
  const spans = gaps.map(({ from, to }) => ({ from: nsOf(from), to: nsOf(to) }));
  const known = spans.flatMap(({ from, to }) => (from === undefined || to === undefined ? [] : { from, to: to + 1n }));
  return known.length === 0 || known.length < gaps.length ? span : joined(known);
}

const joined = (spans: readonly NsSpan[]): NsSpan => ({
  from: spans.reduce((least, { from }) => (from < least ? from : least), spans[0]?.from ?? 0n),
  to: spans.reduce((most, { to }) => (to > most ? to : most), spans[0]?.to ?? 0n),
});

/** The configured names first. */
function shippersOf(layout: LogLayout = OWN_LAYOUT): readonly OriginLabels[] {
  const { namespace, pod, container } = layout;
  const isKnown = SHIPPERS.some((labels) => labels.namespace === namespace && labels.pod === pod);
  return isKnown ? SHIPPERS : [{ namespace, pod, container }, ...SHIPPERS];
}

function labelQuery(names: OriginLabels, wanted: Wanted): string {
  const { namespace, pod, container } = wanted;
  // What has a pod's name as both is found by the first.
  const isOnly = names.pod === 'instance' ? { pod: '' } : {};
  const labels = { [names.namespace]: namespace, [names.pod]: pod, ...isOnly, [names.container]: container };
  return logQuery(labels, clusterFilters(wanted));
}

function metadataQuery(names: OriginLabels, wanted: Wanted): string {
  const { namespace, pod, container } = wanted;
  // The agent's streams have the label `workload`, and no other shipper's have.
  const labels = { [names.namespace]: namespace ?? /.+/, workload: '' };
  return logQuery(labels, { [names.pod]: pod, [names.container]: container, ...clusterFilters(wanted) });
}

/** Not every shipper reports the cluster. */
function clusterFilters({ clusters }: Wanted): LabelMatches {
  const orNone = RegExp(`(${clusters.map(escapeRegex).join('|')})?`);
  return clusters.length === 0 ? {} : { cluster: orNone, k8s_cluster_name: orNone };
}

interface Hit {
  labels: OriginLabels;
  question: NsSpan & { query: string };
  newest: LogEntry;
}

/** The shippers that have lines of it. */
function* hitsOf(
  shippers: readonly OriginLabels[],
  questionOf: (labels: OriginLabels) => Hit['question']
): Plan<Hit[]> {
  const replies = yield shippers.map((labels) => ({ ...questionOf(labels), limit: 1 }));
  return shippers.flatMap((labels, i) => {
    const [newest] = replies[i]?.entries ?? [];
    return newest === undefined ? [] : { labels, question: questionOf(labels), newest };
  });
}

/** The runs with one more source: of those that it belongs to, or of one that nobody else reported. */
function attach(
  runs: readonly FoundRun[],
  origin: LineOrigin,
  { labels, question: { query, ...span } }: Hit,
  { layout = OWN_LAYOUT }: ForeignScope
): FoundRun[] {
  const source = { query: narrowedTo(query, labels, origin), isForeign: origin.isForeign };
  const isMeant = (run: FoundRun) => lacksLines(run) && isOf(origin, run);
  if (!runs.some(isMeant)) {
    // A run that the agent has all of is not listed a second time.
    return runs.some((run) => isOf(origin, run))
      ? [...runs]
      : [...runs, { ...runOfOrigin(origin, span, layout), sources: [{ ...source, ...span }] }];
  }
  return runs.map((run) =>
    isMeant(run) ? { ...run, sources: [...run.sources, { ...source, ...missingSpan(run) }] } : run
  );
}

/** A label filter finds labels and metadata alike. */
function narrowedTo(query: string, names: OriginLabels, { pod, container }: LineOrigin): string {
  return [query, ...matchersOf({ [names.pod]: pod, [names.container]: container })].join(' | ');
}

function isOf({ cluster, namespace, pod, container, restart }: LineOrigin, { who }: FoundRun): boolean {
  return (
    (cluster === undefined || who.cluster === undefined || cluster === who.cluster) &&
    (namespace === undefined || who.namespace === undefined || namespace === who.namespace) &&
    pod === who.pod &&
    (container === undefined || container === who.container) &&
    (restart === undefined || who.restart === undefined || restart === who.restart)
  );
}
