import type { Cause } from './causes';
import type { Gap } from './records';

/** RFC 3339 in UTC. Whoever shows a code formats it: the CLI in UTC or `--timezone`, the app in Grafana's time zone. */
type Instant = string;
type Node = string | null;

/** What took a log from its node, or why it is not known. */
interface Statements {
  reclaimed: { node: Node; resource: 'disk' | 'inodes'; afterMs: number | null; others: number; isLikely: boolean };
  evicted: { node: Node; resource: string | null };
  'evicted-own-limit': { node: Node };
  'preempted-by-kubelet': { node: Node };
  'older-run': { run: number; runs: number; newerRun: number };
  'restarted-in-place': { fileStays: boolean };
  'sandbox-changed': object;
  'deleted-ttl': { job: string | null; ttlSeconds: number | null };
  'deleted-history': { cronJob: string | null; job: string | null; limit: number | null };
  'deleted-replaced': { cronJob: string | null; job: string | null };
  'deleted-job-ended': { job: string | null; reason: string | null };
  'deleted-job-suspended': { job: string | null };
  'deleted-job-continues': { job: string | null };
  'deleted-job-controller': { job: string | null };
  'deleted-controller': object;
  'deleted-owner': { job: string | null };
  'deleted-podgc': object;
  'deleted-taint': { node: Node };
  'deleted-node': { node: Node };
  'deleted-drain': { node: Node };
  'deleted-preempted': object;
  'deleted-client': object;
  'deleted-unwatched': object;
  'deleted-unattended': { since: Instant };
  'node-removed': { node: Node };
  'node-removed-unwatched': { node: Node; since: Instant };
  'node-shutdown': { node: Node };
  'runtime-lost': { node: Node };
  /** `lines` is null where no agent saw how much rotation deleted. */
  rotated: { lines: number | null };
  truncated: object;
  'deleted-while-running': object;
  'deleted-by-other': { directory: boolean; isLikely: boolean };
  'directory-removed': { at: Instant | null; podKnown: boolean };
  /** `isPart`: the rest of the log is on the node. */
  undecided: { causes: Cause[]; isPart?: boolean };
  unexplained: { at: Instant | null };
  'on-node': { node: Node; ended: boolean };
  'not-known-removed': { node: Node };
}

/** Why no agent has a record of a log. */
interface Unseen {
  'unseen-no-agent': { node: Node };
  'unseen-started-later': { node: Node; ms: number };
  'unseen-silent': { node: Node; from: Instant; to: Instant | null };
  'unseen-not-yet': { node: Node };
  'unseen-excluded': { node: Node; namespace: string };
  'unseen-unexplained': { node: Node };
}

/** Where the log is now. */
interface InLoki {
  'loki-complete': object;
  'loki-empty': object;
  'loki-rotated-complete': object;
  'loki-rescued': object;
  'loki-partial': { lines: number | null; bytes: number | null; from: Instant | null; to: Instant | null };
  'loki-partial-end': { bytes: number };
  'loki-lost': object;
  'loki-lost-part': { lines: number | null; bytes: number | null; from: Instant | null; to: Instant | null };
  'loki-lost-unseen': object;
  'loki-pending': { asOf: Instant };
  'loki-caught-up': { asOf: Instant };
  'loki-pending-backlog': { asOf: Instant; bytes: number };
  'loki-unknown': object;
  'loki-unseen': object;
  /** The agent's configuration excludes it. */
  'loki-excluded': { rule: string };
  /** Another log shipper than Afterlog's agent has written lines of it. */
  'loki-other-shipper': object;
}

/** What a cause rests on. */
interface Observations {
  'reclaim-began': { resource: string | null };
  'reclaim-removed': {
    containers: number;
    images: number;
    imageBytes: number;
    outcome: 'relieved' | 'evicting' | 'unknown';
  };
  'reclaim-named': { containerId: string };
  'file-gone': {
    directory: 'empty' | 'removed' | 'unknown';
    noticedMs: number | null;
    /** null: it was not shipped. */
    unackedBytes: number | null;
  };
  /** Words of Kubernetes, as they came. */
  reported: { text: string };
  'status-reported': { reason: string; message: string };
  'pod-deleted': { isLater: boolean; gone: Instant | null };
  'pod-last-seen': { gone: Instant | null };
  'clocks-differ': { ms: number };
  'pressure-began': { node: string };
  'pressure-condition': { node: string; to: Instant | null; afterReclaimMs: number | null };
  pressure: { node: string };
  'emptied-together': { containers: number; ms: number };
  'pod-there': object;
  'pod-deleted-by-then': object;
  'pod-not-known': object;
  'newer-run-finished': { run: number };
  'newer-run-started': { run: number };
  'restart-rule': object;
  'file-shorter': { detail: string | null };
  'ended-afterwards': object;
  'runs-still': object;
  'rotated-files': { files: number; bytes: number };
  'disk-unreadable': object;
  'disk-use': {
    filesystem: 'imagefs' | 'nodefs';
    usedPercent: number;
    available: number;
    capacity: number | null;
    signal: string | null;
    configured: string | null;
    isAssumed: boolean;
  };
  'disk-full': { filesystem: 'imagefs' | 'nodefs' };
  'largest-pod': { pod: string; bytes: number };
  'kubelet-settings': { high: number; low: number; thresholds: string; isAssumed: boolean };
  'node-gone': { node: string };
  'node-shut-down': { node: string };
  'agent-first-sign': { node: Node };
  'agent-last-sign': { node: Node };
  'acked-before': { until: Instant };
}

/** Why a cause is ruled out. */
interface Contradictions {
  'out-kubelet-log': object;
  'out-named-by-kubelet': object;
  'out-no-pressure': object;
  'out-disk-free': { usedPercent: number };
  'out-others-stayed': { containers: number };
  'out-directory-removed': object;
  'out-directory-stayed': object;
  'out-running': object;
  'out-running-removed': object;
  'out-stayed': { until: Instant };
  'out-gone-before': object;
  'out-file-size': { bytes: number; maxBytes: number };
  'out-not-deleted': object;
  'out-newer-run-stayed': object;
}

/** What would decide between causes that remain. */
interface Needs {
  'need-kubelet-log': object;
  'need-watch': object;
  'need-disk': object;
  'need-agent': object;
  'need-settings': object;
}

/** Advice with the values in force. What is advised in general stands in `causes` of a catalogue. */
interface Advice {
  'advice-image-gc': {
    high: string;
    low: string;
    wantedHigh: number;
    wantedLow: number;
    reclaimPercent: number;
    signal: string;
    configured: string;
  };
  'advice-image-gc-early': { high: string; lead: number; reclaimPercent: number; signal: string; configured: string };
  'advice-storage-limit': { value: string };
  'advice-storage-request': { value: string };
  'advice-ttl': { seconds: number };
  'advice-history': { limits: Array<{ name: string; value: string }>; replaces: boolean };
  'advice-rotation': { size: string; files: string };
  'advice-unseen': object;
  'advice-gap': { reason: Gap['reason'] };
}

/** The account of a container run's log in Loki, in sentences. */
interface Accounts {
  'account-empty': object;
  'account-complete': { lines: number; bytes: number; from: Instant | null; to: Instant | null };
  'account-rescued': { lines: number; bytes: number; from: Instant | null; to: Instant | null; rescuedBytes: number };
  'account-partial': { lines: number; of: number };
  'account-partial-unknown': { lines: number };
  'account-lost': object;
  'account-pending': {
    bytes: number;
    of: number;
    lines: number;
    from: Instant | null;
    to: Instant | null;
  };
  'account-growing': { lines: number; from: Instant | null; to: Instant | null };
  'account-unconfirmed': { lines: number; from: Instant | null; to: Instant | null; finished: Instant; asOf: Instant };
  'account-unknown': { lines: number };
  'account-excluded': { rule: string };
  'account-tenant': { tenant: string };
  'account-dropped': { rule: string; lines: number; bytes: number };
  'account-redacted': { rule: string; lines: number };
  'account-gap': {
    lines: number | null;
    bytes: number | null;
    from: Instant | null;
    to: Instant | null;
    reason: Gap['reason'];
    detail: string | null;
  };
  'account-rotated': { lines: number; bytes: number; from: Instant | null; to: Instant | null; hasGaps: boolean };
  'account-left': { at: Instant; directory: 'empty' | 'removed' | 'unknown' | null };
  'account-on-node': { ended: boolean };
  'not-started-rejected': { pod: string; node: Node; reason: string; message: string };
  'not-started-failed': { pod: string; reason: string; message: string };
  'not-started-unscheduled': { pod: string; isOver: boolean };
  'not-started-waiting': { pod: string; container: string; reason: string; isOver: boolean };
  'not-started': { pod: string; isOver: boolean };
  'not-started-job': { job: string; isSuspended: boolean; isOver: boolean; why: string };
}

/** A capacity review: its summary, findings with their effect, and notes. */
interface Capacity {
  'capacity-worst': {
    node: string;
    reclaims: number | null;
    pressureMs: number | null;
    removed: number;
    lost: number;
    partial: number;
    /** The Job family that wrote most on it; undefined where no record names one, or it wrote little. */
    writer?: { name: string; percent: number };
  };
  'capacity-quiet': {
    nodes: number;
    /** The threshold that use came nearest to. */
    nearest: { node: string; threshold: string; leftPercent: number } | null;
  };
  'capacity-no-nodes': object;
  'capacity-interrupted': { missing: 'counts' | 'before' };
  'capacity-late-image-gc': { high: number; signal: string; reclaimPercent: number };
  'capacity-late-image-gc-effect': { wantedHigh: number; leadPercent: number };
  'capacity-missing-signals': { signals: string[] };
  'capacity-missing-signals-effect': object;
  'capacity-rotation': {
    containers: number;
    workloads: string[];
    maxBytes: number;
    files: number;
    /** The largest log among them, and how fast it was written; null where no record reports. */
    largestBytes: number | null;
    bytesPerHour: number | null;
  };
  'capacity-rotation-effect': { keptBytes: number; beforeBytes: number };
  'capacity-image-max-age': { images: number; bytes: number };
  'capacity-image-max-age-effect': { hours: number };
  'capacity-image-min-age': { durationMs: number; passes: number };
  'capacity-image-min-age-effect': { durationMs: number };
  'capacity-image-churn': { bytes: number; percent: number; again: number | null };
  'capacity-image-churn-effect': object;
  'capacity-evicted': {
    workload: string;
    container: string;
    pods: number;
    usedBytes: number;
    requestBytes: number;
  };
  'capacity-no-request': { workload: string; containers: string[]; bytes: number; percent: number };
  'capacity-request-effect': { bytes: number };
  'capacity-own-limit': {
    workload: string;
    pods: number;
    what: 'container' | 'pod' | 'volume';
    name: string;
    limit: string;
  };
  'capacity-own-limit-effect': { what: 'container' | 'pod' | 'volume'; bytes: number };
  'capacity-near-limit': { workload: string; bytes: number; limitBytes: number; percent: number };
  'capacity-near-limit-effect': { bytes: number };
  'capacity-volumes': { workload: string; bytes: number; percent: number };
  'capacity-volumes-effect': { bytes: number };
  'capacity-layers': { workload: string; bytes: number; percent: number };
  'capacity-layers-effect': { bytes: number; isDedicated: boolean };
  'capacity-ttl': { workload: string; removed: number; seconds: number };
  'capacity-ttl-effect': { seconds: number };
  'capacity-history': { workload: string; removed: number; successful: number; failed: number; durationMs: number };
  'capacity-history-effect': { limit: number; durationMs: number };
  'capacity-no-ttl': { workload: string; removed: number; bytes: number; percent: number };
  'capacity-no-ttl-effect': { seconds: number };
  'capacity-unknown-images': object;
  'capacity-unknown-young-images': object;
  'capacity-unknown-pullers': object;
  'capacity-unknown-log-sizes': object;
  'capacity-unknown-need': object;
  'capacity-unknown-container': object;
  'capacity-unknown-storage-class': object;
  'capacity-unknown-path': object;
  'capacity-unknown-lookups': { durationMs: number };
  'what-if-reclaims': {
    recorded: number;
    avoided: number;
    added: number;
    containersKept: number;
    logsAtLeast: number;
    logsAtMost: number;
    /** Of images that were removed more than recorded; negative where fewer were. */
    moreImageBytes: number;
  };
  'what-if-no-disk': object;
  'what-if-rotation': { cases: number; kept: number; unknown: number };
  'what-if-ttl': { cases: number; kept: number; unknown: number; seconds: number };
  'what-if-left': { nodes: string[] };
  'what-if-assumes-series': object;
  'what-if-assumes-peak': object;
  'what-if-assumes-images': object;
  'what-if-assumes-rollups': object;
  'what-if-assumes-inodes': object;
  'what-if-assumes-low': { low: number };
  'what-if-assumes-logs': object;
  'what-if-assumes-ttl': object;
  'what-if-unknown-key': { key: string; known: string[] };
  'what-if-invalid-value': { key: string; value: string; example: string };
  'capacity-note-no-kubelet-log': { nodes: string[] };
  'capacity-note-no-watch': { clusters: string[] };
  'capacity-note-watch-partly': { cluster: string; percent: number };
  'capacity-note-no-disk': { nodes: string[] };
  'capacity-note-samples': { nodes: string[] };
  'capacity-note-partly': { nodes: string[]; leastPercent: number };
  'capacity-note-no-thresholds': { nodes: string[] };
  'capacity-note-missed-peak': { nodes: string[] };
  'capacity-note-assumed': { nodes: string[] };
}

/** Who was observing: what an answer that found nothing rests on. */
interface Observing {
  /** `since`: null for the whole time range. */
  'nodes-reporting': { nodes: number; since: Instant | null };
  'nodes-silent': { nodes: string[]; since: Instant };
  'node-unobserved': { node: string; from: Instant; to: Instant };
  'more-unobserved': { times: number };
  'nodes-unreadable': { nodes: string[] };
  'nodes-without-agent': { nodes: string[] };
  'no-agent-reported': { last: Instant | null };
  'watch-silent': { cluster: string; since: Instant };
  'no-watch': object;
  'name-unknown': { what: 'cluster' | 'namespace' | 'job' | 'cronjob' | 'node'; name: string; near: string[] };
}

/** The parameters of every code. */
export interface Codes
  extends Statements, Unseen, InLoki, Observations, Contradictions, Needs, Advice, Accounts, Capacity, Observing {}
export type CodeName = keyof Codes;
/** A sentence as data: a code and its parameters. `render()` makes words of it. */
export type Code<K extends CodeName = CodeName> = { [N in K]: { code: N } & Codes[N] }[K];

export type StatementCode = Code<keyof Statements>;
export type UnseenCode = Code<keyof Unseen>;
export type LokiCode = Code<keyof InLoki>;
export type ObservationCode = Code<keyof Observations | keyof Contradictions>;
export type ContradictionCode = Code<keyof Contradictions>;
export type CapacityCode = Code<keyof Capacity>;
export type NeedCode = Code<keyof Needs>;
/** Why a change of settings cannot be read. */
export type WhatIfProblem = Code<'what-if-unknown-key' | 'what-if-invalid-value'>;
