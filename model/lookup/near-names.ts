import { narrowed, RECORD_SELECTOR, recordQuery } from '../evidence';
import type { LogEntry } from '../log-entry';
import { matcher } from '../logql';
import { distance, isNear } from '../nearest';
import type { LookupScope } from './location';
import type { Plan } from './plan';
import type { Target } from './target';

/** A name that is like the one that was asked for. */
export interface NearName {
  kind: 'pod' | 'job' | 'cronjob';
  name: string;
  namespace: string;
}

/** What the records know in place of what was asked for and not found. */
export interface NearNames {
  /** There is a record of Afterlog in this time. */
  hasRecords: boolean;
  /** A namespace that was asked for and has no records, with those most like it. */
  namespace?: { asked: string; near: string[] };
  cluster?: { asked: string; near: string[] };
  /** The most alike first. */
  names: NearName[];
}

const KINDS_READ = ['container', 'pod', 'job'];
/** Records of each kind whose names are compared, the newest. */
const MAX_RECORDS = 2000;
const MAX_PLACES = 3;
const MAX_NAMES = 5;

/** Looks for names like that of a target which led nowhere: a letter too few, another kind, another namespace. */
export function* nearNamesPlan(target: Target, scope: LookupScope): Plan<NearNames> {
  const { window, recordSelector = RECORD_SELECTOR } = scope;
  const span = { from: window.from, to: window.recordsTo };
  const all = narrowed(recordSelector, matcher('record', KINDS_READ));
  const [counted] = yield [{ query: all, ...span, by: ['cluster', 'namespace'] }];
  const [newest] = counted === undefined ? yield [{ query: all, ...span, limit: MAX_RECORDS }] : [counted];
  const places = newest?.entries.map(({ fields }) => fields) ?? [];
  const asked = { cluster: scope.cluster, namespace: scope.namespace ?? target.namespace };
  const cluster = unknown(asked.cluster, distinct(places, 'cluster'));
  const namespace = unknown(
    asked.namespace,
    distinct(
      places.filter((place) => cluster !== undefined || !asked.cluster || place.cluster === asked.cluster),
      'namespace'
    )
  );
  if (places.length === 0 || target.kind === 'container') {
    return { hasRecords: places.length > 0, namespace, cluster, names: [] };
  }
  // Where the namespace is right, names elsewhere are no help.
  const within = namespace === undefined ? asked.namespace : namespace.near.length > 0 ? namespace.near : undefined;
  const replies = yield KINDS_READ.map((record) => ({
    query: recordQuery(recordSelector, { record }, { namespace: within }),
    ...span,
    limit: MAX_RECORDS,
  }));
  const names = namesIn(replies.flatMap((reply) => reply?.entries ?? []));
  const ranked = names
    .map((near) => ({ near, rank: rankOf(target, near) }))
    .filter(({ rank }) => rank !== undefined)
    .sort((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || (a.near.name < b.near.name ? -1 : 1))
    .filter(({ rank }, _, all) => all[0]?.rank !== 0 || rank === 0)
    .map(({ near }) => near);
  // With a wrong namespace, what the right one has is worth naming.
  const some = ranked.length > 0 || namespace === undefined ? ranked : names.filter(({ kind }) => kind !== 'pod');
  return { hasRecords: true, namespace, cluster, names: some.slice(0, MAX_NAMES) };
}

function distinct(places: ReadonlyArray<LogEntry['fields']>, name: string): string[] {
  return [...new Set(places.flatMap((fields) => fields[name] ?? []))];
}

/** A name that nothing has, with those like it; where none is, the only ones there are. */
function unknown(asked: string | undefined, known: readonly string[]): { asked: string; near: string[] } | undefined {
  if (asked === undefined || known.includes(asked)) {
    return undefined;
  }
  const near = known.filter((other) => isNear(asked, other)).sort((a, b) => distance(asked, a) - distance(asked, b));
  return { asked, near: near.length > 0 ? near.slice(0, MAX_PLACES) : known.length <= MAX_PLACES ? [...known] : [] };
}

/** The pods, Jobs and CronJobs that records name beside their lines. */
function namesIn(entries: readonly LogEntry[]): NearName[] {
  const names = new Map<string, NearName>();
  const add = (kind: NearName['kind'], name: string | undefined, namespace: string | undefined) => {
    if (name !== undefined && namespace !== undefined) {
      names.set(`${namespace} ${kind}/${name}`, { kind, name, namespace });
    }
  };
  for (const { fields } of entries) {
    const { namespace, pod, job, workload } = fields;
    add('pod', pod, namespace);
    add('job', job, namespace);
    add(
      'cronjob',
      job !== undefined && job !== workload && job.startsWith(`${workload}-`) ? workload : undefined,
      namespace
    );
  }
  return [...names.values()];
}

/** How unlike a name is; undefined where it is not meant. */
function rankOf(target: Exclude<Target, { kind: 'container' }>, { kind, name }: NearName): number | undefined {
  if (name === target.name) {
    return kind === target.kind ? 0 : 0.5;
  }
  const isCut = target.name.length >= 3 && (name.startsWith(target.name) || target.name.startsWith(`${name}-`));
  if (isCut) {
    return kind === target.kind ? 1 : 1.5;
  }
  return kind === target.kind && isNear(target.name, name) ? 1 + distance(target.name, name) / 10 : undefined;
}
