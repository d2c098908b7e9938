import { containerRunId } from '../../model/container-run';
import { type LabelMatches, matchersOf, quote } from '../../model/logql';
import type { Target } from '../../model/lookup';
import { podRecordSchema, type PodRecord, recordKey } from '../../model/records';
import type { LogLayout } from '../shared/log-layouts';
import { MOST_ENTRIES } from './container-records';
import { type FoundRun, queryFor } from './found-run';
import type { LokiSource, Span } from './loki-source';
import { latestOf } from './parse-record';
import { narrowed } from './record-query';

const DAY_MS = 86_400_000;

/**
 * The container runs that the API server showed, for what no agent has accounted for: their logs may be lost, and
 * why that is so can be told all the same.
 *
 * @throws LokiFailure
 */
export async function runsOfPods(
  loki: LokiSource,
  target: Target,
  metadata: LabelMatches,
  span: Span
): Promise<FoundRun[]> {
  const { namespace } = target;
  const selector = narrowed(loki.recordSelector, 'record="pod"');
  // Ids of containers stand in the record only, not beside it.
  const query =
    target.kind === 'container'
      ? [`${selector} |= ${quote(`"${target.id}`)}`, ...matchersOf({ namespace })]
      : [selector, ...matchersOf({ ...metadata, namespace })];
  const entries = await loki.newest(query.join(' | '), span, MOST_ENTRIES);
  const runs = latestOf(entries, podRecordSchema).flatMap((pod) => runsOf(pod, loki.logs));
  return runs.filter(({ who }) => target.kind !== 'container' || who.containerId?.startsWith(target.id) === true);
}

function runsOf(pod: PodRecord, layout: LogLayout): FoundRun[] {
  const { cluster, namespace, pod: name, id: podUid, node, workload } = pod;
  return pod.containers.flatMap(({ name: container, runs }) =>
    runs.map(({ restart, containerId, started, finished }): FoundRun => {
      const who = { cluster, namespace, pod: name, podUid, container, restart, containerId, node: node ?? undefined };
      const end = Date.parse(finished ?? pod.deletion?.gone ?? '') || Date.now();
      return {
        key: recordKey({ cluster, id: containerRunId(who) }),
        ...{ who, record: undefined, query: queryFor({ ...who, workload }, layout) },
        span: { from: (Date.parse(started ?? '') || end - DAY_MS) - 1000, to: end + 1000 },
        job: pod.job,
      };
    })
  );
}
