import type { Cause } from '../causes';
import type {
  ContainerRecord,
  DiskRecord,
  EventRecord,
  GcRecord,
  Gap,
  JobRecord,
  NodeRecord,
  PodRecord,
  ThresholdsRecord,
  LogStatus,
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
  /** RFC 3339; the newest time in the records unless given. Decides only whether a container record may still come. */
  now?: string;
}

/** How sure the cause is, reference §3.1: what the kubelet or a controller said itself is proved, the rest is deduced. */
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
  | 'disk'
  | 'kubelet configuration';

export interface Evidence {
  /** RFC 3339 in UTC; null where it is about no moment. */
  at: string | null;
  source: EvidenceSource;
  text: string;
}

/** A setting that decided about a log's going, as it was in force. */
export interface Setting {
  /** As its owner writes it: `imageGCHighThresholdPercent`, `evictionHard.imagefs.available`, `ttlSecondsAfterFinished`. */
  name: string;
  value: string;
  /** Whose it is; `assumed`: Kubernetes' default, because the kubelet's configuration could not be read. */
  from: 'kubelet' | 'assumed' | 'Job' | 'CronJob' | 'pod';
}

/** A container run whose log `kubectl logs` can no longer show in full. */
export interface Case {
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
  workload: string;
  job: string | null;
  cronJob: string | null;
  /** On the log in Loki. `lost` also where no agent ever opened it and it is gone from the node. */
  status: LogStatus;
  /** false: no agent ever opened the log (`never seen`); why stands in the sentence and the evidence. */
  seen: boolean;
  cause: Cause;
  /** What else took it or would have taken it, such as the deletion of its pod just before. */
  also: Cause[];
  confidence: Confidence;
  /** When the container ended; null where nobody said. */
  finished: string | null;
  /** When the log went, or could no longer be reached; null where that is not known. */
  at: string | null;
  /** What happened and where the log is now, for the owner of the Job. */
  sentence: string;
  /** The first part of the sentence alone: what took the log from its node. */
  happened: string;
  /** Oldest first. */
  evidence: Evidence[];
  /** What decided about it; empty where nothing of it is known. */
  settings: Setting[];
  /** What Loki lacks. */
  gaps: Gap[];
  rotatedAway: ContainerRecord['rotatedAway'];
}

/** What a step of the procedure found out. */
export interface Finding {
  cause: Cause;
  confidence: Confidence;
  /** One or two sentences: what happened. */
  says: string;
  evidence: Evidence[];
  also?: Cause[];
}
