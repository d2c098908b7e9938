import type { Case } from '../../../model/cases';
import type { Cause } from '../../../model/causes';
import { ms } from '../../../model/cases/moment';
import { containerRunId } from '../../../model/container-run';
import {
  type ContainerRecord,
  type ContainerRun,
  type JobRecord,
  type LogStatus,
  type PodContainer,
  type PodRecord,
  recordKey,
} from '../../../model/records';
import type { TimelineInput } from './input';

/** How a container ended. */
export type Exit = 'running' | 'complete' | 'failed' | 'unknown';

/** The life of one container run and, after its end, of its log. Milliseconds since 1970. */
export interface ContainerLife {
  /** `containerRunId()`. */
  id: string;
  cluster: string;
  node: string | null;
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  restart: number;
  containerId: string | null;
  role: PodContainer['role'];
  workload: string;
  job: string | null;
  cronJob: string | null;
  started: number;
  /** undefined while it runs, or where nobody saw the end. */
  ended: number | undefined;
  exit: Exit;
  exitCode: number | null;
  /** `Completed`, `Error`, `OOMKilled`, … */
  exitReason: string | null;
  /** When the log left the node, or could no longer be reached; undefined while `kubectl logs` can read it. */
  gone: number | undefined;
  /** On the log in Loki; `unknown` also where nobody kept an account. */
  status: LogStatus;
  /** undefined where `kubectl logs` still shows all of it. */
  cause: Cause | undefined;
  case: Case | undefined;
  containerRecord: ContainerRecord | undefined;
  podRecord: PodRecord | undefined;
}

/**
 * The lives of all container runs that the records report, in no order: those with a container record, and those that only
 * the API showed. Container runs that never started have no log and no life.
 */
export function containerLives({ records, cases }: Pick<TimelineInput, 'records' | 'cases'>): ContainerLife[] {
  const casesByKey = new Map(cases.map((one) => [recordKey(one), one]));
  const jobs = new Map(records.jobs.map((job) => [recordKey(job), job]));
  const pods = new Map(records.pods.map((pod) => [recordKey(pod), pod]));
  const lives: ContainerLife[] = [];
  // By pod, not by id: building a hundred thousand ids to look them up costs more than all the rest.
  const containerRecordsOfPod = new Map<string, ContainerRecord[]>();
  const add = (life: ContainerLife | undefined) => life && lives.push(life);
  for (const containerRecord of records.containers) {
    const podKey = recordKey({ cluster: containerRecord.cluster, id: containerRecord.podUid });
    const own = containerRecordsOfPod.get(podKey);
    if (own) {
      own.push(containerRecord);
    } else {
      containerRecordsOfPod.set(podKey, [containerRecord]);
    }
    const pod = pods.get(podKey);
    const container = pod?.containers.find(({ name }) => name === containerRecord.container);
    const run = container?.runs.find(({ restart }) => restart === containerRecord.restart);
    add(
      lifeOf(
        containerRecord.id,
        casesByKey.get(recordKey(containerRecord)),
        jobOf(pod, jobs),
        containerRecord,
        pod,
        container,
        run
      )
    );
  }
  for (const pod of records.pods) {
    const own = containerRecordsOfPod.get(recordKey(pod));
    for (const container of pod.containers) {
      for (const run of container.runs) {
        if (
          !own?.some(
            (containerRecord) => containerRecord.container === container.name && containerRecord.restart === run.restart
          )
        ) {
          const { restart } = run;
          const id = containerRunId({ ...pod, podUid: pod.id, container: container.name, restart });
          const found = casesByKey.get(recordKey({ cluster: pod.cluster, id }));
          add(lifeOf(id, found, jobOf(pod, jobs), undefined, pod, container, run));
        }
      }
    }
  }
  return lives;
}

const jobOf = (pod: PodRecord | undefined, jobs: Map<string, JobRecord>) =>
  pod?.jobUid == null ? undefined : jobs.get(recordKey({ cluster: pod.cluster, id: pod.jobUid }));

function lifeOf(
  id: string,
  found: Case | undefined,
  job: JobRecord | undefined,
  containerRecord: ContainerRecord | undefined,
  pod: PodRecord | undefined,
  container: PodContainer | undefined,
  run: ContainerRun | undefined
): ContainerLife | undefined {
  const who = containerRecord ?? pod;
  const ended = ms(run?.finished) ?? (containerRecord?.ended ? ms(containerRecord.lastTime) : undefined);
  const started = ms(run?.started) ?? ms(containerRecord?.firstTime) ?? ended;
  if (who === undefined || started === undefined) {
    return undefined;
  }
  return {
    id,
    cluster: who.cluster,
    node: who.node,
    namespace: who.namespace,
    pod: who.pod,
    podUid: containerRecord?.podUid ?? pod?.id ?? '',
    container: containerRecord?.container ?? container?.name ?? '',
    restart: containerRecord?.restart ?? run?.restart ?? 0,
    containerId: containerRecord?.containerId ?? run?.containerId ?? null,
    role: container?.role ?? 'main',
    workload: who.workload,
    job: pod ? pod.job : who.job,
    cronJob: pod?.cronJob ?? job?.cronJob?.name ?? null,
    started,
    ended: ended === undefined ? undefined : Math.max(started, ended),
    exit: exitOf(run, containerRecord),
    exitCode: run?.exitCode ?? null,
    exitReason: run?.reason ?? null,
    gone: goneAt(containerRecord, found),
    status: found?.status ?? containerRecord?.status ?? 'unknown',
    cause: found?.cause,
    case: found,
    containerRecord,
    podRecord: pod,
  };
}

function exitOf(run: ContainerRun | undefined, containerRecord: ContainerRecord | undefined): Exit {
  if (run?.finished != null) {
    return run.exitCode === 0 ? 'complete' : run.exitCode === null ? 'unknown' : 'failed';
  }
  return containerRecord?.ended ? 'unknown' : 'running';
}

/** What log rotation took is a part of the log only: the rest can still be read. */
function goneAt(containerRecord: ContainerRecord | undefined, found: Case | undefined): number | undefined {
  return ms(containerRecord?.left?.at) ?? (found && found.cause !== 'C15' ? ms(found.at) : undefined);
}
