import { runPlan } from '../../model/lookup';
import { type Observers, type ObserverSelection, observersPlan } from '../../model/observers';
import type { QueryClient } from '../loki/query-client';
import { askLoki } from './ask-loki';
import type { CaseWindow } from './case-window';

/** Who was observing while something may have happened that nothing tells of. @throws LokiRefusal, LokiUnreachable, StrangeAnswer */
export const observersOfCases = (
  client: QueryClient,
  selection: ObserverSelection,
  { from, to, now }: Pick<CaseWindow, 'from' | 'to' | 'now'>
): Promise<Observers> => runPlan(observersPlan(selection, { from, to, now }), askLoki(client));
