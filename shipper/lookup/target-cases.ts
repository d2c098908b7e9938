import type { Answer } from '../../model/cases';
import { type Target, TELLING_ID_DIGITS } from '../../model/lookup';
import { recordKey } from '../../model/records';
import { isUniqueName } from '../../model/workload';
import type { CaseReader } from './case-reader';
import type { CaseSelection, CaseWindow } from './case-window';
import type { Wanted } from './recorded-removals';

/** What flags say about the cases that are meant. They win over what a pasted text says. */
export interface CaseNarrowing {
  cluster?: string;
  namespace?: string;
  container?: string;
  restart?: number;
}

/**
 * What is known of the logs of looked-up things, each once: of those that were removed where there are some, else of all.
 *
 * @throws as `CaseReader.cases`
 */
export async function answersOfTargets(
  reader: CaseReader,
  targets: readonly Target[],
  flags: CaseNarrowing,
  window: CaseWindow
): Promise<Answer[]> {
  const found = new Map<string, Answer>();
  for (const target of targets) {
    const narrowed = { ...target, namespace: flags.namespace ?? target.namespace };
    const read = async (selection: CaseSelection, span: CaseWindow) =>
      (await reader.answers(selection, span)).filter((one) => isMeant(one, narrowed, flags));
    const answers: Answer[] = [];
    const wanted = wantedOf(narrowed, flags.cluster);
    for (const part of wanted === undefined ? [] : await reader.recordedRemovals(wanted, window)) {
      answers.push(...(await read(part.selection, part.window)));
    }
    if (answers.length === 0) {
      for (const selection of await selectionsOf(reader, narrowed, flags.cluster, window)) {
        (await read(selection, window)).forEach((one) => answers.push(one));
      }
    }
    // What was read of the newest time comes last.
    answers.forEach((one) => found.set(recordKey(one), one));
  }
  const all = [...found.values()];
  const cases = all.filter(({ place }) => place === 'removed');
  return cases.length > 0 ? cases : all;
}

/** What leads to one pod, or to the pods of one Job, in case records. */
function wantedOf(target: Target, cluster: string | undefined): Wanted | undefined {
  const { namespace } = target;
  if (target.kind === 'container') {
    const isTelling = target.id.length >= TELLING_ID_DIGITS;
    return isTelling ? { cluster, metadata: { namespace }, idPrefix: target.id } : undefined;
  }
  return (target.kind === 'pod' || target.kind === 'job') && isUniqueName(target.kind, target.name)
    ? { cluster, metadata: { namespace, [target.kind]: target.name } }
    : undefined;
}

async function selectionsOf(
  reader: CaseReader,
  target: Target,
  cluster: string | undefined,
  window: CaseWindow
): Promise<CaseSelection[]> {
  const { namespace } = target;
  switch (target.kind) {
    case 'container':
      return reader.podsOfContainer(target.id, { cluster, namespace }, window);
    case 'cronjob':
      return [{ cluster, namespace, workload: target.name }];
    default:
      return [{ cluster, namespace, [target.kind]: target.name }];
  }
}

function isMeant(one: Answer, target: Target, flags: CaseNarrowing): boolean {
  const container = flags.container ?? target.container;
  const restart = flags.restart ?? target.restart;
  return (
    (target.kind !== 'container' || one.containerId?.startsWith(target.id) === true) &&
    (target.podUid === undefined || one.podUid === target.podUid) &&
    (container === undefined || one.container === container) &&
    (restart === undefined || one.restart === restart)
  );
}
