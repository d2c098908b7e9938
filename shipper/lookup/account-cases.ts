import type { Answer } from '../../model/cases';
import { type LookupWindow, nsOf } from '../../model/lookup';
import type { LogStatus } from '../../model/records';
import type { Account } from './accounts';
import { AFTER_MS, NAMES_PER_QUERY } from '../../model/evidence';
import { nowOf } from './time-window';
import type { CaseReader } from './case-reader';
import type { CaseSelection, CaseWindow } from './case-window';

/** More pods of one workload than these are asked for by the workload. */
const PODS_PER_QUERY = 50;
const MINUTE_NS = 60_000_000_000n;

/**
 * The accounts, each with what all records together say of its container run: whether it has finished, and what took the log
 * from its node.
 *
 * @throws as `CaseReader.cases`
 */
export async function addAnswers(
  reader: CaseReader,
  accounts: readonly Account[],
  window: LookupWindow
): Promise<Account[]> {
  const span = windowOf(accounts, window);
  const answers: Answer[] = [];
  for (const selection of selectionsOf(accounts)) {
    for (const one of await reader.answers(selection, span)) {
      answers.push(one);
    }
  }
  return accounts.map((account) => {
    const answer = answers.find((one) => isOf(one, account));
    return answer === undefined ? account : { ...account, answer, status: settled(account, answer) };
  });
}

/**
 * What is known beside the container record, such as that its node was removed, or what the API server says of its end.
 * Of a container that may write on, the case is about what rotation deleted only.
 */
function settled({ status }: Account, { status: known, rotatedAway, finished }: Answer): LogStatus {
  const isPartOnly = rotatedAway !== null && finished === null;
  return isPartOnly ? status : known;
}

function selectionsOf(accounts: readonly Account[]): CaseSelection[] {
  const families = new Map<string, { selection: CaseSelection; pods: Set<string>; nodes: Set<string | undefined> }>();
  for (const { record, origin } of accounts) {
    const { cluster, namespace, pod, node } = record ?? origin ?? {};
    const workload = record?.workload ?? origin?.workload;
    const key = JSON.stringify([cluster, namespace, workload]);
    const family = families.get(key) ?? {
      selection: { cluster, namespace, workload },
      pods: new Set(),
      nodes: new Set(),
    };
    families.set(key, family);
    family.nodes.add(node);
    if (pod !== undefined) {
      family.pods.add(pod);
    }
  }
  return [...families.values()].map(({ selection: { cluster, namespace, workload }, pods, nodes }) => {
    const known = [...nodes].filter((node) => node !== undefined);
    // With its nodes a question about pods reads their share of the records.
    const node = known.length < nodes.size || known.length > NAMES_PER_QUERY ? undefined : known;
    return pods.size > PODS_PER_QUERY ? { cluster, namespace, workload } : { cluster, namespace, pod: [...pods], node };
  });
}

/** When these logs can have gone: after their first lines, and before the last of them was seen to be gone. */
function windowOf(accounts: readonly Account[], window: LookupWindow): CaseWindow {
  const { from, to, recordsTo } = window;
  const now = nowOf(window);
  const starts = accounts.map(({ record, origin }) => nsOf(record?.firstTime) ?? origin?.first ?? from);
  const ends = accounts.map(({ record }) => nsOf(record?.left?.at) ?? recordsTo);
  const first = starts.reduce((a, b) => (b < a ? b : a), starts[0] ?? from);
  const last = ends.reduce((a, b) => (b > a ? b : a), ends[0] ?? to) + MINUTE_NS;
  const reported = last + BigInt(AFTER_MS) * 1_000_000n;
  return { from: first - MINUTE_NS, to: last, recordsTo: reported < recordsTo ? reported : recordsTo, now };
}

function isOf(one: Answer, { record, origin }: Account): boolean {
  if (record !== undefined) {
    return one.id === record.id && one.cluster === record.cluster;
  }
  return (
    origin !== undefined &&
    (origin.cluster === undefined || one.cluster === origin.cluster) &&
    one.pod === origin.pod &&
    one.namespace === origin.namespace &&
    one.container === origin.container &&
    one.restart === origin.restart &&
    (origin.containerId === undefined || one.containerId === null || one.containerId === origin.containerId)
  );
}
