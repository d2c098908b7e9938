import type { Answer, Case } from '../../model/cases';
import type { FoundRun, Origin, Who } from '../../model/lookup';
import type { ContainerRecord, LogStatus } from '../../model/records';

/** What is known of a container run: its container record, its lines, what became of its log. */
export interface Account {
  record?: ContainerRecord;
  origin?: Origin;
  /** What all records together say of its log, a case or not. */
  answer?: Answer;
  status: LogStatus;
  /** What one pastes into Grafana Explore to see its lines. */
  query?: string;
}

/** What took its log from the node; undefined where nothing is known to have. */
export const caseOf = ({ answer }: Account): Case | undefined => (answer?.place === 'removed' ? answer : undefined);

/** Whose account it is. */
export function whoOf({ record, origin, answer }: Account): Who {
  return record ?? origin ?? { ...answer, node: answer?.node ?? undefined };
}

/** The accounts of all container runs that were looked up, in the order of their first lines. */
export function accountsOf(runs: readonly FoundRun[], origins: readonly Origin[]): Account[] {
  const rest = new Set(origins);
  const recorded = runs.flatMap(({ record, ...run }) => (record === undefined ? [] : { ...run, record })).sort(byStart);
  const reported = recorded.map(({ key, record, sources }): Account => {
    const origin = origins.find((one) => one.run?.key === key);
    if (origin !== undefined) {
      rest.delete(origin);
    }
    return { record, origin, status: statusOf(record, origin), query: sources[0]?.query };
  });
  const unreported = [...rest].map((origin): Account => ({
    origin,
    status: 'unknown',
    query: origin.run?.sources[0]?.query,
  }));
  return [...reported, ...unreported];
}

/** Of what the agent lost another shipper has lines: whether all of them nobody can tell. */
const statusOf = (record: ContainerRecord, origin: Origin | undefined): LogStatus =>
  record.status === 'lost' && (origin?.foreignLines ?? 0) > 0 ? 'unknown' : record.status;

function byStart({ record: a }: { record: ContainerRecord }, { record: b }: { record: ContainerRecord }): number {
  const [first, second] = [a.firstTime ?? '', b.firstTime ?? ''];
  return first < second ? -1 : first > second ? 1 : a.restart - b.restart;
}

/** Lines that Loki had acknowledged and did not give; of another tenant it gives none. */
export function shortfall({ record, origin }: Account, isWhole: boolean): number {
  const isOfOther = record?.tenant !== undefined && (origin?.lines ?? 0) === 0;
  return isWhole && record !== undefined && !isOfOther ? Math.max(0, record.linesAcked - (origin?.lines ?? 0)) : 0;
}
