import type { Case } from '../../model/cases';
import type { Target } from '../../model/lookup';
import { recordKey } from '../../model/records';
import type { CaseReader, CaseSelection, CaseWindow } from './case-reader';

/** What flags say about the cases that are meant. They win over what a pasted text says. */
export interface CaseNarrowing {
  cluster?: string;
  namespace?: string;
  container?: string;
  restart?: number;
}

/** The cases of looked-up things, each once. @throws as `CaseReader.cases` */
export async function casesOfTargets(
  reader: CaseReader,
  targets: readonly Target[],
  flags: CaseNarrowing,
  window: CaseWindow
): Promise<Case[]> {
  const found = new Map<string, Case>();
  for (const target of targets) {
    const narrowed = { ...target, namespace: flags.namespace ?? target.namespace };
    for (const selection of await selectionsOf(reader, narrowed, flags.cluster, window)) {
      for (const one of await reader.cases(selection, window)) {
        if (isMeant(one, narrowed, flags)) {
          found.set(recordKey(one), one);
        }
      }
    }
  }
  return [...found.values()];
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

function isMeant(one: Case, target: Target, flags: CaseNarrowing): boolean {
  const container = flags.container ?? target.container;
  const restart = flags.restart ?? target.restart;
  return (
    (target.kind !== 'container' || one.containerId?.startsWith(target.id) === true) &&
    (target.podUid === undefined || one.podUid === target.podUid) &&
    (container === undefined || one.container === container) &&
    (restart === undefined || one.restart === restart)
  );
}
