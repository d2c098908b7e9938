import { type Dispatch, type SetStateAction, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { type CapacityPart, type CapacityProgress, CapacityReader } from '../../model/capacity';
import { errorText } from '../../model/error-text';
import { AFTER_MS, type Span } from '../../model/evidence';
import { useEqual } from '../shared/use-equal';
import { capacitySource, type Reviewed } from './capacity-source';
import type { Shortage } from './evidence-reader';
import type { LokiSource } from './loki-source';
import { cacheFor } from './use-records';

/** What a capacity review is worked out from, while it is being read and afterwards. */
export interface CapacityRecords {
  /** What came before a stop or a failure stays. */
  status: 'loading' | 'done' | 'cancelled' | 'failed';
  /** undefined until something can be shown. */
  part: CapacityPart | undefined;
  progress: CapacityProgress | undefined;
  partial: readonly Shortage[];
  /** Why it failed, in Loki's or Grafana's words. */
  error: string | undefined;
  /** Keeps what is there and reads no more. */
  cancel: () => void;
  /** Reads anew. */
  reload: () => void;
}

type Reading = Omit<CapacityRecords, 'cancel' | 'reload'> & { question: Question | undefined };

const NOTHING: Omit<Reading, 'question'> = {
  ...{ status: 'loading', part: undefined, progress: undefined, partial: [], error: undefined },
};
const PROGRESS_EVERY_MS = 100;

/** The records of a capacity review. Of the same nodes, namespaces and Jobs, what was read before is shown until there is as much again. */
export function useCapacity(loki: LokiSource, range: Span, reviewed: Reviewed): CapacityRecords {
  const [round, setRound] = useState(0);
  const { from, to } = range;
  const { cluster, node, namespace, workload, poolLabel } = useEqual(reviewed);
  const question = useMemo(
    () => ({ loki, from, to, cluster, node, namespace, workload, poolLabel, round }),
    [loki, from, to, cluster, node, namespace, workload, poolLabel, round]
  );
  const [state, setState] = useState<Reading>({ question: undefined, ...NOTHING });
  const reading = state.question === question ? state : { question, ...NOTHING, part: keptOf(state, question) };
  const stop = useRef<() => void>(() => undefined);
  useEffect(() => {
    const running = read(question, setState);
    stop.current = running.stop;
    return running.leave;
  }, [question]);
  const cancel = useCallback(() => stop.current(), []);
  const reload = useCallback(() => setRound((before) => before + 1), []);
  return { ...reading, cancel, reload };
}

interface Question extends Span, Reviewed {
  loki: LokiSource;
}

/** What is shown of an earlier question that was about the same. */
function keptOf({ question, part }: Reading, asked: Question): CapacityPart | undefined {
  return question?.loki === asked.loki && subjectOf(question) === subjectOf(asked) ? part : undefined;
}

const subjectOf = ({ cluster, node, namespace, workload }: Question): string =>
  JSON.stringify([cluster, node, namespace, workload]);

function read(
  question: Question,
  setState: Dispatch<SetStateAction<Reading>>
): { stop: () => void; leave: () => void } {
  const { loki, from, to, cluster, node, namespace, workload, poolLabel } = question;
  const left = new AbortController();
  const { signal } = left;
  let known: Reading = { question, ...NOTHING };
  const show = (change: Partial<Reading>) => {
    known = { ...known, ...change };
    const now = known;
    setState((before) => {
      const kept = now.status === 'loading' ? keptOf(before, question) : undefined;
      const isLess = now.part === undefined || (now.part.missing === 'counts' && kept?.missing !== 'counts');
      return isLess ? { ...now, part: kept ?? now.part } : now;
    });
  };
  let reportedAt = 0;
  const run = async () => {
    const onShortage = (one: Shortage) => show({ partial: [...known.partial, one] });
    const source = capacitySource(loki, question, { cache: cacheFor(loki), signal, onShortage });
    const reader = new CapacityReader(source, (progress) => {
      const time = performance.now();
      if (!signal.aborted && time - reportedAt > PROGRESS_EVERY_MS) {
        reportedAt = time;
        show({ progress });
      }
    });
    const some = (names: readonly string[]) => (names.length === 0 ? undefined : names);
    const now = Date.now();
    const window = { from, to, recordsTo: Math.max(from, Math.min(to + AFTER_MS, now)), now };
    const selection = {
      ...{ cluster: some(cluster), node: some(node), namespace: some(namespace), workload: some(workload), poolLabel },
    };
    for await (const part of reader.read(selection, window)) {
      signal.throwIfAborted();
      show({ part });
    }
    show({ status: 'done' });
  };
  run().catch((reason: unknown) => {
    if (!signal.aborted) {
      show({ status: 'failed', error: errorText(reason) });
    }
  });
  return {
    stop: () => {
      if (known.status === 'loading' && !signal.aborted) {
        left.abort();
        show({ status: 'cancelled' });
      }
    },
    leave: () => left.abort(),
  };
}
