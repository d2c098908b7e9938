import type { Cause } from '../causes';
import type { ContradictionCode, LokiCode, NeedCode, ObservationCode, StatementCode, UnseenCode } from '../codes';
import type {
  ContainerRecord,
  DiskRecord,
  EventRecord,
  GcRecord,
  Gap,
  HeartbeatRecord,
  JobRecord,
  NodeRecord,
  PodRecord,
  ThresholdsRecord,
  LogStatus,
  WatchRecord,
} from '../records';

/**
 * The records that cases are made of. A record with the id of an earlier one in the array replaces it. Whatever is
 * missing lowers confidences; only `containers` and `pods` make cases.
 */
export interface CaseInput {
  containers?: readonly ContainerRecord[];
  pods?: readonly PodRecord[];
  jobs?: readonly JobRecord[];
  nodes?: readonly NodeRecord[];
  events?: readonly EventRecord[];
  gcs?: readonly GcRecord[];
  disks?: readonly DiskRecord[];
  thresholds?: readonly ThresholdsRecord[];
  /** When agents were observing; with them "nobody looked", "not arrived yet" and "nothing happened" are told apart. */
  heartbeats?: readonly HeartbeatRecord[];
  /** When the API server was watched. */
  watches?: readonly WatchRecord[];
  /** RFC 3339; the newest time in the records unless given. */
  now?: string;
}

/**
 * How sure the cause is. `confirmed`: the component that did it reported it about this container. `strong`: everything
 * that the cause predicts and that could be observed was, and no other cause remains. `likely`: it fits, and evidence
 * that would rule out others is missing.
 */
export type Confidence = 'confirmed' | 'strong' | 'likely' | 'unknown';

export type EvidenceSource =
  | 'kubelet log'
  | 'files on the node'
  | 'pod'
  | 'job'
  | 'node'
  | 'node condition'
  | 'event'
  | 'other container records'
  | 'agent'
  | 'disk'
  | 'kubelet configuration';

export interface Evidence {
  /** RFC 3339 in UTC; null where it is about no moment. */
  at: string | null;
  source: EvidenceSource;
  what: ObservationCode;
}

/** Another cause that was weighed. */
export interface Rival {
  cause: Cause;
  /** Why it is ruled out; empty where it remains. */
  out: ContradictionCode[];
  /** What would decide, where it remains. */
  needs: NeedCode[];
}

/** A setting that decided about a log's removal, as it was in force. */
export interface Setting {
  /** As its owner writes it: `imageGCHighThresholdPercent`, `evictionHard.imagefs.available`, `ttlSecondsAfterFinished`. */
  name: string;
  value: string;
  /** Whose it is; `assumed`: Kubernetes' default, because the kubelet's configuration could not be read. */
  from: 'kubelet' | 'assumed' | 'Job' | 'CronJob' | 'pod';
}

/** What is known of the log of one container run: where it is, what removed it from its node, what Loki has. */
export interface Answer {
  /** Of the container record; `containerRunId()` where there is none. */
  id: string;
  cluster: string;
  node: string | null;
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  restart: number;
  containerId: string | null;
  workload: string;
  job: string | null;
  cronJob: string | null;
  /**
   * `removed`: `kubectl logs` can no longer show it in full, a case. `node`: it is on its node. `unknown`: no record
   * tells either.
   */
  place: 'removed' | 'node' | 'unknown';
  /** Of the log in Loki. `lost` also where no agent was observing and the log is no longer on the node. */
  status: LogStatus;
  /** false: no agent has a record of it; `unseen` tells why. */
  seen: boolean;
  unseen: UnseenCode | null;
  cause: Cause;
  /** What else removed it or would have, such as the deletion of its pod just before. */
  also: Cause[];
  confidence: Confidence;
  /** The other causes that were weighed: those that remain first. */
  rivals: Rival[];
  /** When the container ended; null where no record tells. */
  finished: string | null;
  /** When the log was removed, or could no longer be reached; null where that is not known. */
  at: string | null;
  /** Until when what is said was observed: later records may change what is not final. */
  asOf: string;
  /** What happened. */
  statement: StatementCode;
  /** Where the log is now. */
  loki: LokiCode;
  /** Oldest first. */
  evidence: Evidence[];
  /** What decided about it; empty where nothing of it is known. */
  settings: Setting[];
  /** What Loki lacks. */
  gaps: Gap[];
  rotatedAway: ContainerRecord['rotatedAway'];
}

/** A container run whose log `kubectl logs` can no longer show in full. */
export type Case = Answer;
