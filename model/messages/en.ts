import type { Codes } from '../codes';
import type { Gap } from '../records';
import type { Catalogue, TimeFormat } from './catalogue';
import { gigabytes, numberText, percentText, sizeText, spanParts, usedAt } from './format';

/** `1 line`, `720,000 lines`. */
export const count = (n: number, thing: string, things = `${thing}s`): string =>
  `${numberText(n)} ${n === 1 ? thing : things}`;
/** `24 bytes`, `90.1 MB`. */
export const bytes = (n: number): string => sizeText(n) ?? count(n, 'byte');
/** `34 s`, `12 min`, `3 h`, `2 days`. */
function span(ms: number): string {
  const { value, unit } = spanParts(ms);
  return `${value} ${unit}`;
}

/** ` between … and …`, or ` at …`; nothing where neither is known. */
function between(from: string | null, to: string | null, times: TimeFormat): string {
  const [first, last] = [from ?? to, to ?? from];
  if (first === null || last === null) {
    return '';
  }
  const [begin, end] = [times.time(first), times.time(last)];
  return begin === end ? ` at ${begin}` : ` between ${begin} and ${end}`;
}

/** Kubernetes' words, with their times as the reader has them. */
const withClocks = (text: string, times: TimeFormat) =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (instant) => times.clock(instant));

/** The first names of a list, and how many more there are. */
const some = (names: readonly string[]) =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${numberText(names.length - 5)} more`;
const its = (node: string | null) => node ?? 'its node';
const theJob = (job: string | null) => (job === null ? 'its owner' : `Job ${job}`);
const TheJob = (job: string | null) => (job === null ? 'Its owner' : `Job ${job}`);
const assumed = (isAssumed: boolean) =>
  isAssumed ? 'default values, the configuration was not read' : 'read from /configz';
const linesAndBytes = (lines: number | null, size: number | null) =>
  lines !== null ? count(lines, 'line') : size !== null ? bytes(size) : 'an unknown part';
const areMissing = (lines: number | null, size: number | null) =>
  (lines ?? size) === 1 || (lines === null && size === null) || (lines === null && (size ?? 0) >= 1000) ? 'is' : 'are';

const gapReasons: Record<Gap['reason'], string> = {
  'gone-unread': 'the file was deleted before it was read',
  unacknowledged: 'the lines were sent, and the file was deleted before Loki acknowledged them; they may have arrived',
  truncated: 'the file was truncated below the position that had been read',
  'too-old': 'the lines were older than Loki accepts when they could be sent',
  refused: 'Loki rejected the lines',
  shed: 'the file was deleted, and keeping it open would have exceeded the rescue budget',
  unreadable: 'the file could not be read',
  excluded: "the agent's configuration excluded the container",
};

const gapAdvice: Record<Gap['reason'], string> = {
  'gone-unread':
    'Check that the agent was running and keeping up at that time (`afterlog doctor`, the lag in /metrics).',
  unacknowledged:
    'The agent ended before Loki answered, and the log was deleted before the next agent started. Find out why it ended.',
  truncated: 'Find what truncates the file. No shipper can read what was cut off before it was read.',
  'too-old': 'Raise reject_old_samples_max_age of Loki, or keep outages shorter than that.',
  refused: "Run `afterlog doctor`: it compares Loki's limits with the agent's settings.",
  shed: 'Raise --rescue.max-bytes of the agent, or raise the ingestion limits of Loki.',
  unreadable: 'Run `afterlog doctor`: it checks the permissions of the files.',
  excluded: "Change `select` in the agent's configuration if its log is to be shipped.",
};

const UNKNOWN_KINDS = {
  ...{ cluster: 'cluster', namespace: 'namespace', job: 'Job', cronjob: 'CronJob or workload', node: 'node' },
} satisfies Record<Codes['name-unknown']['what'], string>;

/** English. */
export const en: Catalogue = {
  separator: ' ',
  causes: {
    C1: {
      name: 'disk reclaim',
      what: 'The node was short of disk space or inodes. The kubelet then deletes all terminated containers with their logs before anything else, whatever their age.',
      advice: [
        'Let image GC start before the reclaim: set imageGCHighThresholdPercent of the kubelet well below 85, for example to 75. On a node with one disk both start at 85 % of use otherwise, and the reclaim comes first.',
        'Set limits.ephemeral-storage for containers that write to disk, so that one of them is evicted before the node is full.',
        'Give the nodes more disk: `afterlog cases --cause C1` shows which nodes are affected.',
        'The deprecated kubelet flag --minimum-container-ttl-duration spares containers that were created less than that time ago.',
      ],
    },
    C2: {
      name: 'pod evicted',
      what: 'The node was short of a resource, and the kubelet evicted the pod to reclaim it. The containers of an evicted pod are deleted with their logs at once; the pod remains as Failed.',
      advice: [
        'Set requests for the resource that ran out (memory, ephemeral-storage): pods above their requests are evicted first.',
        'Spread Jobs over more nodes, or limit their parallelism.',
      ],
    },
    C3: {
      name: 'own storage limit',
      what: 'The pod used more ephemeral storage than its own limit allows (a container limit, or the size of an emptyDir). The kubelet evicted it and deleted its logs. Logs count towards the use.',
      advice: [
        'Raise limits.ephemeral-storage of the container or sizeLimit of the emptyDir, or write less: logs count too.',
      ],
    },
    C4: {
      name: 'older run',
      what: 'The container was restarted. The kubelet keeps the log of one terminated run: when the next run terminates, the one before it is deleted.',
      advice: [
        'The node keeps no more than that: `kubectl logs --previous` reaches one run back.',
        'With restartPolicy Never and no container restart rules, a Job creates a new pod for each try, and all of them keep their logs.',
      ],
    },
    C5: {
      name: 'init container pruned',
      what: "The pod's sandbox was created again, and the kubelet deleted the init containers to run them again.",
      advice: ['Find out why the sandbox changed: a restart of the container runtime or of the node is usual.'],
    },
    C6: {
      name: 'pod deleted',
      what: 'The pod was deleted through the API by a user or a client. Its files are removed from the node by the next container GC, within a minute.',
      advice: ["The API server's audit log names who it was (verb delete, resource pods)."],
    },
    C7: {
      name: 'Job TTL',
      what: 'The Job has ttlSecondsAfterFinished. It was deleted with its pods and their logs when that time was over.',
      advice: ['Raise spec.ttlSecondsAfterFinished if the pods are needed for longer.'],
    },
    C8: {
      name: 'CronJob history',
      what: 'The CronJob keeps a limited number of finished Jobs and deletes the oldest with its pods and logs. With concurrencyPolicy Replace it also deletes the running Job.',
      advice: [
        'Raise spec.successfulJobsHistoryLimit and spec.failedJobsHistoryLimit (default 3 and 1) if the pods are needed for longer.',
      ],
    },
    C9: {
      name: 'Job controller',
      what: 'The Job ended, was suspended or was scaled down while this pod was still active, and the Job controller deleted the pod.',
      advice: [
        'With restartPolicy Never the failed pods of a Job are kept when its backoffLimit is exceeded; with OnFailure the last one is deleted.',
      ],
    },
    C10: {
      name: 'pod GC',
      what: 'The cluster had more terminated pods than --terminated-pod-gc-threshold of kube-controller-manager, and the oldest were deleted.',
      advice: ['Set ttlSecondsAfterFinished for Jobs, so that terminated pods do not accumulate.'],
    },
    C11: {
      name: 'owner deleted',
      what: "The pod's owner (a Job, a workflow, a ReplicaSet) was deleted or scaled down, and the pod and its log were deleted with it.",
      advice: [
        "The API server's audit log names who deleted the owner. `kubectl delete job --cascade=orphan` keeps the pods.",
      ],
    },
    C12: {
      name: 'taint',
      what: 'The node had a NoExecute taint, often because it was not ready or unreachable. Its pods were deleted after the time they tolerate it (default 300 s). Terminated pods are deleted too.',
      advice: ['Raise tolerationSeconds for node.kubernetes.io/not-ready and unreachable for pods that can wait.'],
    },
    C13: {
      name: 'node removed',
      what: 'The node was removed (scale-down, spot instance, by hand), and its disk with all logs.',
      advice: [
        'Drain nodes before they are removed, and give the agent time to send what is left.',
        'For Jobs that must not be interrupted, set the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false".',
      ],
    },
    C14: {
      name: 'drain or preemption',
      what: 'The pod was evicted through the API, as a drain does (terminated pods included), or was preempted by a pod with a higher priority.',
      advice: [
        'A PodDisruptionBudget slows a drain down for running pods; terminated pods are deleted without a check.',
        'Give Jobs a priority class that others do not preempt.',
      ],
    },
    C15: {
      name: 'log rotation',
      what: 'The container wrote more than the kubelet keeps (default 10 MiB a file, 5 files). The oldest files are deleted while it runs; `kubectl logs` shows the newest file only and reports no error.',
      advice: ['Raise containerLogMaxSize or containerLogMaxFiles of the kubelet, or write less.'],
    },
    C16: {
      name: 'lost by the runtime',
      what: 'The container runtime no longer knows the container (a reset, `crictl rm`, a cleanup at boot). Its file usually stays on the node.',
      advice: ['The file may still be on the node in /var/log/pods. Find out why the runtime was reset.'],
    },
    C17: {
      name: 'removed by another program',
      what: 'A user or a program other than the kubelet deleted or truncated the log file: rm, logrotate, a cleanup script, a pod with a hostPath volume.',
      advice: [
        'Look for logrotate rules and scripts that change /var/log/pods or /var/log/containers: the kubelet rotates these files itself.',
      ],
    },
    C18: {
      name: 'disk full while writing',
      what: 'The disk was full, and the container runtime could not write lines of the log. They were never in any file.',
      advice: [
        'Look for "Fail to write" in the log of the container runtime. Lower eviction thresholds only with care: they leave less room to write.',
      ],
    },
    C19: {
      name: 'restarted in place',
      what: 'A rule of the pod restarted all its containers in place. The kubelet removes the containers first: in Kubernetes 1.35 with their files, from 1.36 on the files stay.',
      advice: ['From Kubernetes 1.36 on the file stays in /var/log/pods until the pod is deleted.'],
    },
    C20: {
      name: 'node shutdown',
      what: 'The node was shut down. The logs are available again after a reboot if the disk is.',
      advice: ['Set shutdownGracePeriod of the kubelet, so that containers and the agent can finish.'],
    },
  },
  unknownCause: {
    name: 'unknown',
    advice: ['Run `afterlog doctor`: it checks whether the agent, the watch and the kubelet log are all being read.'],
  },
  statuses: {
    complete: 'complete',
    rescued: 'rescued',
    partial: 'partial',
    lost: 'lost',
    pending: 'pending',
    unknown: 'unknown',
  },
  confidences: {
    confirmed: { name: 'confirmed', meaning: 'reported by the component that removed it' },
    strong: { name: 'strong', meaning: 'all evidence fits, and every other cause is ruled out' },
    likely: { name: 'likely', meaning: 'it fits, and part of the evidence is missing' },
    unknown: { name: 'unknown', meaning: 'the evidence does not tell' },
  },
  sources: {
    'kubelet log': 'kubelet log',
    'files on the node': 'files on the node',
    pod: 'pod',
    job: 'job',
    node: 'node',
    'node condition': 'node condition',
    event: 'event',
    'other container records': 'other container records',
    agent: 'agent',
    disk: 'disk',
    'kubelet configuration': 'kubelet configuration',
  },
  origins: {
    kubelet: "the kubelet's /configz",
    assumed: 'Kubernetes default, not read',
    Job: 'the Job',
    CronJob: 'the CronJob',
    pod: 'the pod',
  },
  review: {
    title: (range) => `Capacity review, ${range}`,
    range: (from, to) => `${from} to ${to}`,
    headings: {
      summary: 'Summary',
      ranking: 'Ranking',
      comparison: 'Compared with the period before',
      headroom: 'Headroom',
      fillRate: 'Fill rate',
      filling: 'What fills the disks at the end',
      families: 'Job families that wrote most',
      findings: 'What to change',
      trend: 'Trend',
      whatIf: 'Under other settings',
      notes: 'Notes',
    },
    ranking: { node: 'By node', pool: 'By pool', namespace: 'By namespace', job: 'By Job family' },
    columns: {
      cluster: 'Cluster',
      node: 'Node',
      pool: 'Pool',
      namespace: 'Namespace',
      job: 'Job family',
      pressureHours: 'Pressure h',
      reclaims: 'Reclaims',
      imageGcs: 'Image GC',
      containersRemoved: 'Containers removed',
      imagesRemoved: 'Images removed',
      imageBytesRemoved: 'Image bytes',
      imagesPulledAgain: 'Pulled again',
      podsEvicted: 'Evicted',
      podsOverLimit: 'Over limit',
      podsRejected: 'Rejected',
      complete: 'Complete',
      rescued: 'Rescued',
      partial: 'Partial',
      lost: 'Lost',
      open: 'Open',
      figure: 'Figure',
      before: 'Before',
      now: 'Now',
      disk: 'Disk',
      capacity: 'Capacity',
      p95: 'P95',
      worst: 'Worst',
      threshold: 'Threshold',
      at: 'At',
      leftNow: 'Left now',
      leftAtWorst: 'Left at worst',
      expected: 'Expected',
      filled: 'Filled',
      worstMinute: 'Worst minute',
      observedHours: 'Observed h',
      used: 'Used',
      images: 'Images',
      layers: 'Layers',
      logsLive: 'Live logs',
      logsDead: 'Logs of terminated containers',
      volumes: 'Volumes',
      other: 'Other',
      logBytes: 'Logs written',
      layerBytes: 'Largest layers',
      volumeBytes: 'Largest volumes',
      podBytes: 'Largest pod',
      pulls: 'Image pulls',
      pulledBytes: 'Images pulled',
      pulledAgain: 'Same image and node',
      from: 'From',
      usedAtEnd: 'Used at the end',
      added: 'Added',
      reclaimsAvoided: 'Would not have happened',
      reclaimsAdded: 'In addition',
      containersKept: 'Containers kept',
      logsKept: 'Of logs that Loki lacks',
      imageGcsReplayed: 'Image GC then',
      moreImageBytes: 'More images removed',
    },
    noName: '(not known)',
    noLabel: '(no label)',
    p95Bound: 'P95 is at most this: it comes from the percentiles of hours and days.',
    moreNodes: (n) => `${count(n, 'more node')}: JSON output has all, and a filter by node shows one.`,
    noComparison: 'Nothing observed the period before: there is no comparison.',
    noFinding: 'The records support no finding.',
    effect: (effect) => `Effect: ${effect}`,
    unknown: (unknown) => `Not known: ${unknown}`,
    assumption: (assumption) => `Assumption: ${assumption}`,
    familiesNotKnown: 'Not known: rollups tell it, and there is none of this time range.',
    noFamily: 'No rollup of this time range names one.',
    familiesAtLeast: 'At least these: each rollup names only the families that wrote most on its node.',
    pullsAtMost:
      'Images pulled are sizes as the kubelet reports them: with imagePullPolicy Always also those of images that were on the node already, whose layers were not transferred again.',
    crossed: 'crossed',
    tooLittleData: 'too little data',
    noGrowth: 'no steady growth',
    expectedIn: (expected, earliest, latest) => `in ${expected} (${earliest} to ${latest})`,
    span,
    list: ', ',
    andMore: (names, n) => `${names} and ${numberText(n)} more`,
  },
  codes: {
    reclaimed: ({ node, resource, afterMs, others, isLikely }) =>
      `${isLikely ? 'Most likely the' : 'The'} kubelet removed this container` +
      `${afterMs === null ? '' : ` ${span(afterMs)} after it finished`}` +
      `${others === 0 ? '' : `, together with ${count(others, 'other')}`}` +
      `${isLikely ? `, because ${its(node)} was short of ` : ', to free '}` +
      `${resource === 'inodes' ? 'inodes (too many files)' : 'disk'}${isLikely ? '' : ` on ${its(node)}`}.`,
    evicted: ({ node, resource }) =>
      `The kubelet evicted this pod because ${its(node)} was low on ${resource ?? 'a resource'}, and deleted its logs.`,
    'evicted-own-limit': ({ node }) =>
      `The kubelet evicted this pod from ${its(node)} because it used more ephemeral storage than its own limit allows, and deleted its logs.`,
    'preempted-by-kubelet': ({ node }) =>
      `The kubelet on ${its(node)} removed the pod to admit a critical pod, and deleted its logs.`,
    'older-run': ({ run, runs, newerRun }) =>
      `This was run ${run} of ${runs} of the container. The kubelet keeps the log of the newest terminated run only, and run ${newerRun} had finished.`,
    'restarted-in-place': ({ fileStays }) =>
      fileStays
        ? 'A rule of the pod restarted all its containers in place. The kubelet removed this run from the container runtime, so `kubectl logs` cannot read it; its file is still on the node.'
        : 'A rule of the pod restarted all its containers in place, and the kubelet removed this run with its log.',
    'sandbox-changed': () =>
      "The pod's sandbox was created again, and the kubelet removed the init containers to run them again.",
    'deleted-ttl': ({ job, ttlSeconds }) =>
      `${TheJob(job)} was deleted with its pods${ttlSeconds === null ? '' : ` ${ttlSeconds} s after it finished`} (ttlSecondsAfterFinished), and this log with its pod.`,
    'deleted-history': ({ cronJob, job, limit }) =>
      `CronJob${cronJob === null ? '' : ` ${cronJob}`} keeps ${limit === null ? 'a few finished Jobs' : limit === 1 ? 'the newest finished Job' : `the newest ${limit} finished Jobs`} only and deleted ${theJob(job)}, and this log with its pod.`,
    'deleted-replaced': ({ cronJob, job }) =>
      `CronJob${cronJob === null ? '' : ` ${cronJob}`} replaced ${theJob(job)} while it was running (concurrencyPolicy Replace), and this log was deleted with its pod.`,
    'deleted-job-ended': ({ job, reason }) =>
      `${TheJob(job)} ended${reason === null ? '' : ` (${reason})`} while this pod was still active, so the Job controller deleted the pod and its log.`,
    'deleted-job-suspended': ({ job }) =>
      `${TheJob(job)} was suspended while this pod was active, so the Job controller deleted the pod and its log.`,
    'deleted-job-continues': ({ job }) =>
      `The Job controller deleted this active pod of ${theJob(job)} and its log, and the Job continued: it was suspended or needed fewer pods.`,
    'deleted-job-controller': ({ job }) => `The Job controller deleted this active pod of ${theJob(job)} with its log.`,
    'deleted-controller': () => 'The controller of this pod had one pod too many and deleted it with its log.',
    'deleted-owner': ({ job }) => `${TheJob(job)} was deleted, and the pod and this log with it.`,
    'deleted-podgc': () =>
      'The cluster had too many terminated pods, and kube-controller-manager (pod GC) deleted this one with its log.',
    'deleted-taint': ({ node }) =>
      `The pod was deleted with its log because ${its(node)} had a NoExecute taint, as a node that is not ready has.`,
    'deleted-node': ({ node }) =>
      `${node === null ? 'Its node' : `Node ${node}`} was removed, and the pod and its log with it.`,
    'deleted-drain': ({ node }) =>
      `The pod was evicted through the API, as a drain of ${its(node)} does, and its log was deleted with it.`,
    'deleted-preempted': () =>
      'The scheduler removed this pod to make room for a pod with a higher priority, and its log was deleted with it.',
    'deleted-client': () =>
      'The pod was deleted through the API, and no controller reported it: a user, a drain, the deletion of its namespace, or another client did.',
    'deleted-unwatched': () => 'The pod was deleted while no watch was running, so the cause is not known.',
    'deleted-unattended': ({ since }, times) =>
      `The pod was deleted, but no agent had observed its log since ${times.clock(since)}: whether the log was still there is not known.`,
    'node-removed': ({ node }) =>
      `${node === null ? 'Its node' : `Node ${node}`} was removed, and its disk with all logs.`,
    'node-removed-unwatched': ({ node, since }, times) =>
      `${node === null ? 'Its node' : `Node ${node}`} was removed, and its disk with all logs. Whether this log was there until then is not known: no agent was watching from ${times.clock(since)} on.`,
    'node-shutdown': ({ node }) =>
      `${node === null ? 'Its node' : `Node ${node}`} was shut down while the pod was running, and afterwards its log no longer existed.`,
    'runtime-lost': ({ node }) =>
      `The container runtime on ${its(node)} no longer knows this container, so \`kubectl logs\` cannot read it; the file itself is still there.`,
    rotated: ({ lines }) =>
      lines === null
        ? 'Files of this log were deleted from the node while no agent was observing, as log rotation does when a container has written more than the kubelet keeps. `kubectl logs` does not report that.'
        : `The container wrote more than the kubelet keeps, and log rotation deleted its first ${numberText(lines)} lines from the node. \`kubectl logs\` does not report that.`,
    truncated: () => 'Something other than the kubelet truncated the log file.',
    'deleted-while-running': () =>
      'The log file was deleted while the container was running. The kubelet does not do that: a user or another program on the node did.',
    'deleted-by-other': ({ directory, isLikely }) =>
      `${isLikely ? 'Most likely a' : 'A'} user or a program other than the kubelet deleted ${directory ? 'the log directory' : 'the log file'}: the pod still exists, and the kubelet had no reason to.`,
    'directory-removed': ({ at, podKnown }, times) =>
      podKnown
        ? `The whole log directory of its pod was removed from the node${at === null ? '' : ` at ${times.clock(at)}`}, although the pod is not known to have been deleted or evicted.`
        : `The whole log directory of its pod was removed from the node${at === null ? '' : ` at ${times.clock(at)}`}, as when a pod is deleted. No record from the API server tells who or what did that.`,
    undecided: ({ causes, isPart = false }) =>
      `${isPart ? 'A part of its log' : 'Its log'} was removed from the node. The evidence fits ${causes.join(' and ')} and does not decide between them.`,
    unexplained: ({ at }, times) =>
      `Its log was removed from the node${at === null ? '' : ` at ${times.clock(at)}`}. No reclaim, eviction, restart or deletion of its pod that fits was recorded.`,
    'on-node': ({ node, ended }) =>
      ended
        ? `The container has finished and its log is still on ${its(node)}: \`kubectl logs\` can read it.`
        : `The container is running on ${its(node)}, and \`kubectl logs\` can read its log.`,
    'not-known-removed': ({ node }) =>
      `The log is not known to have been removed from ${its(node)}: \`kubectl logs\` may still show it.`,

    'nodes-reporting': ({ nodes, since }, times) =>
      `${count(nodes, 'node')} reporting ${since === null ? 'during all of this time' : `since ${times.time(since)}`}.`,
    'nodes-silent': ({ nodes, since }, times) =>
      `${count(nodes.length, 'node')} silent since ${times.time(since)}${nodes.length > 1 ? ' or later' : ''}: ${some(nodes)}.`,
    'node-unobserved': ({ node, from, to }, times) =>
      `No agent was observing ${node} from ${times.time(from)} to ${times.time(to)}.`,
    'more-unobserved': ({ times }) => `${count(times, 'more interruption')}.`,
    'nodes-unreadable': ({ nodes }) =>
      `The agent cannot read the logs of ${count(nodes.length, 'node')}: ${some(nodes)}. Run \`afterlog doctor\` there.`,
    'nodes-without-agent': ({ nodes }) => `${count(nodes.length, 'node')} without an agent: ${some(nodes)}.`,
    'no-agent-reported': ({ last }, times) =>
      `No agent has reported to this Loki in this time range, so nothing is known. ` +
      (last === null
        ? 'Check the URL, the tenant, and that the agents are running.'
        : `The last report of an agent is from ${times.time(last)}.`),
    'watch-silent': ({ cluster, since }, times) =>
      `The watch of cluster ${cluster} has been silent since ${times.time(since)}: later pods are known from the agents only.`,
    'no-watch': () => 'No watch has reported: pods on nodes without an agent are not known.',
    'name-unknown': ({ what, name, near }) =>
      `No record names ${UNKNOWN_KINDS[what]} ${name}.${near.length === 0 ? '' : ` Records name ${near.join(', ')}.`}`,
    'unseen-no-agent': ({ node }) => `No agent has reported from ${its(node)}.`,
    'unseen-started-later': ({ node, ms }) =>
      `The agent on ${its(node)} started ${span(ms)} after the container had finished.`,
    'unseen-silent': ({ node, from, to }, times) =>
      `No agent was observing ${its(node)} from ${times.clock(from)} ${to === null ? 'on' : `to ${times.clock(to)}`}.`,
    'unseen-not-yet': ({ node }) => `The agent on ${its(node)} is running and has not reported this container yet.`,
    'unseen-excluded': ({ node, namespace }) =>
      `The agent on ${its(node)} was observing and has reported nothing from namespace ${namespace}: it may be excluded.`,
    'unseen-unexplained': ({ node }) =>
      `The agent on ${its(node)} was observing and did not report this container; the reason is not known.`,

    'loki-complete': () => 'Its log is in Loki, complete.',
    'loki-empty': () => 'It had written nothing.',
    'loki-rotated-complete': () => 'All that was removed from the node is in Loki.',
    'loki-rescued': () =>
      'Its log is in Loki, complete: the last part was read from the file after it had been deleted.',
    'loki-partial': ({ lines, bytes: size, from, to }, times) =>
      `Its log is in Loki in part: ${linesAndBytes(lines, size)}${clocks(from, to, times)} ${areMissing(lines, size)} missing.`,
    'loki-partial-end': ({ bytes: size }) =>
      size > 0
        ? `Its log is in Loki in part: at least ${bytes(size)} ${areMissing(null, size)} missing.`
        : 'Its log is in Loki in part: its end may be missing.',
    'loki-lost': () => 'Nothing of its log reached Loki.',
    'loki-lost-part': ({ lines, bytes: size, from, to }, times) =>
      `Its log is lost: ${linesAndBytes(lines, size)}${clocks(from, to, times)} ${areMissing(lines, size)} missing.`,
    'loki-lost-unseen': () => 'Its log is lost.',
    'loki-pending': ({ asOf }, times) =>
      `Its log has not fully arrived in Loki as of ${times.time(asOf)}; more may follow.`,
    'loki-caught-up': ({ asOf }, times) =>
      `All of it that the agent had read by ${times.time(asOf)} is in Loki; more may follow.`,
    'loki-pending-backlog': ({ asOf, bytes: size }, times) =>
      `Its log has not fully arrived in Loki as of ${times.time(asOf)}: the agent had ${bytes(size)} left to send.`,
    'loki-unknown': () => 'Whether all of its log is in Loki is not known.',
    'loki-excluded': ({ rule }) => `It is excluded by configuration (${rule}): the agent does not ship its log.`,
    'loki-unseen': () => 'No agent has reported how much of it is in Loki.',
    'loki-other-shipper': () =>
      'Loki has lines of its log from another log shipper; whether these are all of its lines is not known.',

    'reclaim-began': ({ resource }) => `the kubelet began to reclaim ${resource ?? 'disk space'}`,
    'reclaim-removed': ({ containers, images, imageBytes, outcome }) =>
      `the reclaim removed ${count(containers, 'container')} and ${count(images, 'image')} (${Math.round(imageBytes / 1e6)} MB); ${
        {
          relieved: 'that sufficed',
          evicting: 'that did not suffice, pods were evicted',
          unknown: 'the log does not contain its end',
        }[outcome]
      }`,
    'reclaim-named': ({ containerId }) =>
      `inside this reclaim the kubelet removed container ${containerId.slice(0, 12)}`,
    'file-gone': ({ directory, noticedMs, unackedBytes }) =>
      `the log file was removed, ${
        {
          empty: 'its directory stayed, empty',
          removed: 'its directory was removed too',
          unknown: 'its directory was not observed',
        }[directory]
      }${noticedMs === null ? '' : ` (the agent noticed ${span(noticedMs)} later)`}; ${
        unackedBytes === null
          ? 'it was not shipped'
          : unackedBytes === 0
            ? 'Loki had all of it'
            : `Loki had not acknowledged ${bytes(unackedBytes)} of it`
      }`,
    reported: ({ text }, times) => withClocks(text, times),
    'status-reported': ({ reason, message }) => `${reason}: ${message.trim() || '(no message)'}`,
    'pod-deleted': ({ isLater, gone }, times) =>
      `the pod was deleted${isLater ? ' later' : ''}${gone === null ? '' : `, and gone from the API at ${times.clock(gone)}`}`,
    'pod-last-seen': ({ gone }, times) =>
      `the pod was last seen in the API${gone === null ? '' : `; at ${times.clock(gone)} it was gone`}`,
    'clocks-differ': ({ ms }) => `the clocks of the node and of the API server disagree by ${span(ms)} or more`,
    'pressure-began': ({ node }) => `the kubelet of ${node} began to reclaim disk space`,
    'pressure-condition': ({ node, to, afterReclaimMs }, times) =>
      `${node} was reported under DiskPressure ${to === null ? 'and still is' : `until ${times.clock(to)}`}${
        afterReclaimMs === null ? '' : `, ${span(afterReclaimMs)} after the reclaim`
      }`,
    pressure: ({ node }) => `${node} was short of disk`,
    'emptied-together': ({ containers, ms }) =>
      `the logs of ${containers} containers of several pods were removed within ${span(ms)}, and their directories stayed`,
    'pod-there': () => 'the pod still existed, had finished, and was not evicted',
    'pod-deleted-by-then': () => 'the pod had been deleted by then',
    'pod-not-known': () => 'no record of the pod from the API server',
    'newer-run-finished': ({ run }) => `run ${run} of the same container finished`,
    'newer-run-started': ({ run }) => `run ${run} of the same container started`,
    'restart-rule': () => 'a container of the pod has the restart rule RestartAllContainers',
    'file-shorter': ({ detail }) => `the file became shorter than it had been${detail === null ? '' : `: ${detail}`}`,
    'ended-afterwards': () => 'the container ended only afterwards',
    'runs-still': () => 'the container was still running when it was last observed',
    'rotated-files': ({ files, bytes: size }) =>
      `${count(files, 'rotated file')} (${bytes(size)}) deleted while the container existed`,
    'disk-unreadable': () => 'the use of the disks could not be read',
    'disk-use': ({ filesystem, usedPercent, available, capacity, signal, configured, isAssumed }) => {
      const use =
        capacity === null
          ? `${percentText(usedPercent)} of its inodes used (${numberText(available)} free)`
          : `${percentText(usedPercent)} (${gigabytes(available)} of ${gigabytes(capacity)} GB free)`;
      const limit = configured === null ? undefined : usedAt(configured);
      const begins =
        signal === null || configured === null
          ? ''
          : limit === undefined
            ? `; the kubelet reclaims when ${signal} < ${configured}, ${assumed(isAssumed)}`
            : `; the kubelet reclaims at ${percentText(limit)} (${signal} < ${configured}), ${assumed(isAssumed)}`;
      return `${filesystem} at ${use}${begins}`;
    },
    'disk-full': ({ filesystem }) =>
      `${filesystem} had no free space while the container ran: lines may never have been written`,
    'largest-pod': ({ pod, bytes: size }) => `of the running pods ${pod} used most: ${gigabytes(size)} GB`,
    'kubelet-settings': ({ high, low, thresholds, isAssumed }) =>
      `image GC begins at ${high} % of use and ends at ${low} %; a reclaim begins at ${thresholds || 'no threshold'}; ${assumed(isAssumed)}`,
    'node-gone': ({ node }) => `node ${node} was gone from the API`,
    'node-shut-down': ({ node }) => `node ${node} was shut down`,
    'agent-first-sign': ({ node }) => `first report of an agent on ${its(node)}`,
    'agent-last-sign': ({ node }) => `last report of the agent on ${its(node)} before that`,
    'acked-before': ({ until }, times) =>
      `the container had finished, and Loki had acknowledged everything the agent had read by ${times.clock(until)}`,

    'out-kubelet-log': () => "the kubelet's log covers this moment and does not name this container in a reclaim",
    'out-named-by-kubelet': () => "the kubelet's log names this container in a reclaim",
    'out-no-pressure': () => 'the node conditions were watched, and the node was not under DiskPressure',
    'out-disk-free': ({ usedPercent }) => `the disk was at ${percentText(usedPercent)}, far from its threshold`,
    'out-others-stayed': ({ containers }) =>
      `a reclaim removes all terminated containers, and ${count(containers, 'log')} of others on the node stayed`,
    'out-directory-removed': () => 'it keeps the directory, and the directory was removed',
    'out-directory-stayed': () => 'the directory of a deleted pod is removed, and it stayed',
    'out-running': () => 'the container was running',
    'out-running-removed': () =>
      'it removes terminated containers only, and logs of running ones were removed together with this',
    'out-stayed': ({ until }, times) => `the file was still there at ${times.clock(until)}`,
    'out-gone-before': () => 'the log had been removed before',
    'out-file-size': ({ bytes: size, maxBytes }) =>
      `the kubelet rotates files of ${bytes(maxBytes)}, and this one had ${bytes(size)}`,
    'out-not-deleted': () => 'the pod was deleted only later',
    'out-newer-run-stayed': () => 'the log of a newer run of the same container stayed longer',

    'need-kubelet-log': () => "the kubelet's log of that time",
    'need-watch': () => 'records of `afterlog watch` from that time',
    'need-disk': () => 'the use of the disk at that time',
    'need-agent': () => 'an agent on the node at that time',
    'need-settings': () => "the kubelet's containerLogMaxSize",

    'advice-image-gc': ({ high, low, wantedHigh, wantedLow, reclaimPercent, signal, configured }) =>
      `Change imageGCHighThresholdPercent from ${high} to ${wantedHigh} and imageGCLowThresholdPercent from ${low} to ${wantedLow}: the reclaim begins at ${reclaimPercent} % of use (${signal} ${configured}), and image GC has to begin well before that.`,
    'advice-image-gc-early': ({ high, lead, reclaimPercent, signal, configured }) =>
      `imageGCHighThresholdPercent is ${high} already, and the reclaim begins at ${reclaimPercent} % of use (${signal} ${configured}): image GC had a lead of ${lead} points and did not suffice. Find out what else fills the disk.`,
    'advice-storage-limit': ({ value }) =>
      `limits.ephemeral-storage of the container is ${value}: raise it, or write less; logs count too.`,
    'advice-storage-request': ({ value }) =>
      `requests.ephemeral-storage of the container: ${value}. Pods above their requests for the resource that ran out (memory, ephemeral-storage) are evicted first: request what it uses.`,
    'advice-ttl': ({ seconds }) =>
      `spec.ttlSecondsAfterFinished is ${seconds}: raise it if the pods are needed for longer (a day is 86400).`,
    'advice-history': ({ limits, replaces }) =>
      `${limits.map(({ name, value }) => `spec.${name} is ${value}`).join(' and ')}: raise it if the pods are needed for longer.${
        replaces ? ' spec.concurrencyPolicy is Replace: with Forbid a Job runs to its end.' : ''
      }`,
    'advice-rotation': ({ size, files }) =>
      `containerLogMaxSize of the kubelet is ${size} and containerLogMaxFiles ${files}: raise them, or write less.`,
    'advice-unseen': () =>
      'Check that `afterlog agent` runs on that node (tolerations of the DaemonSet) and does not exclude the namespace.',
    'advice-gap': ({ reason }) => gapAdvice[reason],

    'account-empty': () => 'The container wrote nothing.',
    'account-complete': ({ lines, bytes: size, from, to }, times) =>
      `All of its log is in Loki: ${count(lines, 'line')}${between(from, to, times)}, ${bytes(size)}.`,
    'account-rescued': ({ lines, bytes: size, from, to, rescuedBytes }, times) =>
      `All of its log is in Loki: ${count(lines, 'line')}${between(from, to, times)}, ${bytes(size)}; the last ${bytes(rescuedBytes)} were read from the deleted file.`,
    'account-partial': ({ lines, of }) => `Its log is in Loki in part: ${numberText(lines)} of ${count(of, 'line')}.`,
    'account-partial-unknown': ({ lines }) =>
      `Its log is in Loki in part: ${count(lines, 'line')}, and the container had written more.`,
    'account-lost': () => 'Its log is lost: nothing of it is in Loki.',
    'account-pending': ({ bytes: size, of, lines, from, to }, times) =>
      `Its log is being sent to Loki: ${bytes(size)} of ${bytes(of)} have arrived, ${count(lines, 'line')}${lines > 0 ? between(from, to, times) : ''}.`,
    'account-growing': ({ lines, from, to }, times) =>
      `Everything it had written is in Loki: ${count(lines, 'line')}${lines > 0 ? between(from, to, times) : ''}. It may write more.`,
    'account-unconfirmed': ({ lines, from, to, finished, asOf }, times) =>
      `The container finished at ${times.time(finished)}. All that its agent had read by ${times.time(asOf)} is in Loki: ${count(lines, 'line')}${lines > 0 ? between(from, to, times) : ''}. The agent has not confirmed yet that this is all.`,
    'account-excluded': ({ rule }) => `Excluded by configuration (${rule}): the agent does not ship its log.`,
    'account-unknown': ({ lines }) =>
      `Whether all of its log is in Loki is not known; ${count(lines, 'line')} arrived.`,
    'account-tenant': ({ tenant }) => `Its lines are stored for tenant ${tenant}.`,
    'account-dropped': ({ rule, lines, bytes: size }) =>
      `${count(lines, 'line')} (${bytes(size)}) dropped by rule ${rule}.`,
    'account-redacted': ({ rule, lines }) => `${count(lines, 'line')} redacted by rule ${rule}.`,
    'account-gap': ({ lines, bytes: size, from, to, reason, detail }, times) =>
      `Missing: ${
        [lines !== null && count(lines, 'line'), size !== null && bytes(size)].filter(Boolean).join(', ') ||
        'an unknown part'
      }${between(from, to, times)}, because ${gapReasons[reason]}${detail === null ? '' : ` (${detail})`}.`,
    'account-rotated': ({ lines, bytes: size, from, to, hasGaps }, times) =>
      `Log rotation deleted ${count(lines, 'line')} (${bytes(size)})${between(from, to, times)} from the node while the container existed. ${
        hasGaps ? 'They are in Loki, except for what is missing' : 'They are in Loki'
      }; kubectl logs could not show them.`,
    'account-left': ({ at, directory }, times) =>
      `The log was removed from the node at ${times.time(at)}${
        directory === 'empty'
          ? '; its directory stayed, empty, as when the kubelet removes a container and keeps the pod'
          : directory === 'removed'
            ? "; the pod's log directory was removed with it, as when the pod is deleted or evicted"
            : ''
      }.`,
    'not-started-rejected': ({ pod, node, reason, message }) =>
      `The kubelet on ${its(node)} rejected pod ${pod} at admission (${message === '' ? reason : `${reason}: ${message}`}). None of its containers started, so it has no log.`,
    'not-started-failed': ({ pod, reason, message }) =>
      `Pod ${pod} failed before any of its containers started (${message === '' ? reason : `${reason}: ${message}`}), so it has no log.`,
    'not-started-unscheduled': ({ pod, isOver }) =>
      isOver
        ? `Pod ${pod} was never scheduled to a node, so it has no log.`
        : `Pod ${pod} has not been scheduled to a node yet, so it has no log.`,
    'not-started-waiting': ({ pod, container, reason, isOver }) =>
      isOver
        ? `Container ${container} of pod ${pod} never started (${reason}), so it has no log.`
        : `Container ${container} of pod ${pod} has not started yet (${reason}), so it has no log.`,
    'not-started': ({ pod, isOver }) =>
      isOver
        ? `No container of pod ${pod} ever started, so it has no log.`
        : `No container of pod ${pod} has started yet, so it has no log.`,
    'not-started-job': ({ job, isSuspended, isOver, why }) =>
      `${
        isSuspended
          ? `Job ${job} is suspended, and no pod of it is recorded`
          : isOver
            ? `Job ${job} ended without a recorded pod`
            : `Job ${job} has no recorded pod yet`
      }${why === '' ? '' : ` (${why})`}, so it has no log.`,
    'account-on-node': ({ ended }) =>
      ended ? 'The container had ended; its log was still on the node.' : 'Its log was still on the node.',

    'capacity-worst': ({ node, reclaims, pressureMs, removed, lost, partial, writer }) =>
      `${node}: ${reclaims === null ? 'reclaims not known' : count(reclaims, 'reclaim')}, ${
        pressureMs === null ? 'DiskPressure not known' : `${span(pressureMs)} of DiskPressure`
      }, ${count(removed, 'log')} that kubectl logs can no longer show in full, of which Loki lacks ${numberText(lost)} completely and ${numberText(partial)} in part.${
        writer === undefined
          ? ''
          : ` At least ${percentText(writer.percent)} of what filled its disks was written by Job family ${writer.name}.`
      }`,
    'capacity-quiet': ({ nodes, nearest }) =>
      `No reclaim, DiskPressure or removed log is recorded on ${count(nodes, 'node')}.${
        nearest === null
          ? ''
          : ` The nearest to a threshold was ${nearest.node}: ${percentText(nearest.leftPercent)} of the capacity was left to ${nearest.threshold}.`
      }`,
    'capacity-no-nodes': () => 'No record tells of a node in this time range.',
    'capacity-interrupted': ({ missing }) =>
      missing === 'counts'
        ? 'The reading was interrupted: reclaims, DiskPressure, evictions and removed logs are missing.'
        : 'The reading was interrupted: the period before is missing.',
    'capacity-late-image-gc': ({ high, signal, reclaimPercent }) =>
      `Image GC begins at ${high} % of use, and the eviction manager reclaims from ${percentText(reclaimPercent)} on (${signal}). The eviction manager looks more often, so image GC does not come first, and the reclaims also deleted terminated containers.`,
    'capacity-late-image-gc-effect': ({ wantedHigh, leadPercent }) =>
      `Image GC begins at ${wantedHigh} %, ${percentText(leadPercent)} of the disk before the reclaim. It removes unused images and no logs. A disk that other data fill within the five minutes between two runs of image GC is still reclaimed, and images that are removed are pulled again when a pod needs them.`,
    'capacity-missing-signals': ({ signals }) =>
      `evictionHard does not name ${signals.join(', ')}. A map that is given in part replaces all defaults: these signals are off.`,
    'capacity-missing-signals-effect': () =>
      'The kubelet reclaims before the resource runs out completely. Reclaims that did not happen before may delete terminated containers with their logs.',
    'capacity-rotation': ({ containers, workloads, maxBytes, files, largestBytes, bytesPerHour }) =>
      `Log rotation deleted parts of the logs of ${count(containers, 'container')} (${some(workloads)}) while the containers existed: containerLogMaxSize is ${bytes(maxBytes)}, containerLogMaxFiles ${files}.${
        largestBytes === null
          ? ''
          : ` The largest of the logs that were read has ${bytes(largestBytes)}${bytesPerHour === null ? '' : `, written at ${bytes(bytesPerHour)} an hour`}.`
      }`,
    'capacity-rotation-effect': ({ keptBytes, beforeBytes }) =>
      `At least the newest ${bytes(keptBytes)} of the log of each container stay on the node instead of ${bytes(beforeBytes)}; the disk has to hold them.`,
    'capacity-image-max-age': ({ images, bytes: size }) =>
      `imageMaximumGCAge is 0, so that unused images stay until the disk is nearly full: reclaims and image GC removed ${count(images, 'image')} (${bytes(size)}) that no container used.`,
    'capacity-image-max-age-effect': ({ hours }) =>
      `Image GC also removes images that no container has used for ${hours} h, whatever the use of the disk. It removes no logs. The kubelet counts the age from zero again after each restart, and images that are removed are pulled again when a pod needs them.`,
    'capacity-image-min-age': ({ durationMs, passes }) =>
      `imageMinimumGCAge is ${span(durationMs)}, and ${count(passes, 'reclaim or image GC run', 'reclaims and image GC runs')} removed no image.`,
    'capacity-image-min-age-effect': ({ durationMs }) =>
      `Reclaims and image GC may remove unused images that are at least ${span(durationMs)} old. A reclaim that frees enough with images evicts no pod; it deletes terminated containers all the same.`,
    'capacity-image-churn': ({ bytes: size, percent, again }) =>
      `Images, and layers of containers that had ended, grew by ${bytes(size)} in the time range: ${percentText(percent)} of what filled the disk. At most so much was pulled.${
        again === null || again === 0
          ? ''
          : ` ${count(again, 'image was', 'images were')} removed more than once, and pulled again in between.`
      }`,
    'capacity-image-churn-effect': () =>
      'As far as it was images: smaller ones, base layers that Jobs share, and fewer new tags for the same content fill the disk more slowly. More disk alone makes reclaims rarer, not smaller.',
    'capacity-evicted': ({ workload, container, pods, usedBytes, requestBytes }) =>
      `${count(pods, 'pod')} of ${workload} ${pods === 1 ? 'was' : 'were'} evicted when the node was short of disk: container ${container} used up to ${bytes(usedBytes)} of ephemeral storage and requests ${requestBytes === 0 ? 'none' : bytes(requestBytes)}. Pods that use more than their request are evicted first.`,
    'capacity-no-request': ({ workload, containers, bytes: size, percent }) =>
      `A pod of ${workload} used up to ${bytes(size)} of ephemeral storage, ${percentText(percent)} of the smallest disk, and ${some(containers)} set${containers.length === 1 ? 's' : ''} no request for it.`,
    'capacity-request-effect': ({ bytes: size }) =>
      `The scheduler places a pod only where ${bytes(size)} of ephemeral storage are not requested yet, and a container that exceeds the limit is evicted before it fills the node. Logs and the writable layer count toward both.`,
    'capacity-own-limit': ({ workload, pods, what, name, limit }) =>
      `${count(pods, 'pod')} of ${workload} ${pods === 1 ? 'was' : 'were'} evicted for exceeding ${
        what === 'container'
          ? `the ephemeral-storage limit ${limit} of container ${name}`
          : what === 'pod'
            ? `${limit}, the ephemeral-storage limits of its containers together`
            : `sizeLimit ${limit} of emptyDir volume ${name}`
      }.`,
    'capacity-own-limit-effect': ({ what, bytes: size }) =>
      `${what === 'container' ? 'The container' : what === 'pod' ? 'The pod' : 'The volume'} may use ${bytes(size)} before the pod is evicted. The disk has to hold it: if it does not, write to a PersistentVolume or to a generic ephemeral volume.`,
    'capacity-near-limit': ({ workload, bytes: size, limitBytes, percent }) =>
      `A pod of ${workload} used up to ${bytes(size)} of ephemeral storage, ${percentText(percent)} of the ${bytes(limitBytes)} that its limits allow.`,
    'capacity-near-limit-effect': ({ bytes: size }) =>
      `The pod may use ${bytes(size)} before it is evicted. Logs and the writable layer count toward the limit.`,
    'capacity-volumes': ({ workload, bytes: size, percent }) =>
      `emptyDir and other local volumes of ${workload} came to ${bytes(size)} on one node, ${percentText(percent)} of the smallest disk.`,
    'capacity-volumes-effect': ({ bytes: size }) =>
      `The data are on a volume of their own of ${bytes(size)} and no longer on nodefs, where they bring about DiskPressure. The volume is deleted with its pod; a PersistentVolumeClaim of its own keeps data longer.`,
    'capacity-layers': ({ workload, bytes: size, percent }) =>
      `Writable layers of ${workload} came to ${bytes(size)} on one node, ${percentText(percent)} of the smallest disk.`,
    'capacity-layers-effect': ({ bytes: size, isDedicated }) =>
      `The container writes to an emptyDir volume of at most ${bytes(size)}; a pod that exceeds it is evicted alone. ${
        isDedicated
          ? 'The volume is on nodefs: imagefs, where pressure deletes terminated containers, fills more slowly.'
          : 'The volume is on the same disk: it limits what one pod takes, and does not make the disk larger.'
      }`,
    'capacity-ttl': ({ workload, removed, seconds }) =>
      `ttlSecondsAfterFinished of ${workload} is ${numberText(seconds)}: ${count(removed, 'container log')} left kubectl logs ${span(seconds * 1000)} after the end of the Job.`,
    'capacity-ttl-effect': ({ seconds }) =>
      `kubectl logs shows the logs for ${span(seconds * 1000)} after the end of the Job, unless a reclaim removes them before. Finished containers take up their place on the disk for as long.`,
    'capacity-history': ({ workload, removed, successful, failed, durationMs }) =>
      `${workload} keeps ${successful} successful and ${failed} failed Jobs: ${count(removed, 'container log')} left kubectl logs with older Jobs, about ${span(durationMs)} after they ended.`,
    'capacity-history-effect': ({ limit, durationMs }) =>
      `${count(limit, 'Job')} are kept, so that kubectl logs shows a log for about ${span(durationMs)}, unless a reclaim removes it before. Finished containers take up their place on the disk for as long.`,
    'capacity-no-ttl': ({ workload, removed, bytes: size, percent }) =>
      `Nothing deletes finished Jobs of ${workload}: reclaims removed ${count(removed, 'container')} of them. Logs of terminated containers took up ${bytes(size)} of a node on average, ${percentText(percent)} of the smallest disk.`,
    'capacity-no-ttl-effect': ({ seconds }) =>
      `Finished Jobs are deleted after ${span(seconds * 1000)} instead of at a reclaim, and take up less of the disk. Their logs are in Loki only from then on.`,
    'capacity-unknown-images': () => 'How long the images had been unused is not recorded.',
    'capacity-unknown-young-images': () => 'Whether there were unused images of a lower age is not recorded.',
    'capacity-unknown-pullers': () =>
      'How much of it was images, and which Jobs pulled them, is not recorded: the kubelet counts both together.',
    'capacity-unknown-log-sizes': () => 'How large the logs were is not known: the value is twice what it was.',
    'capacity-unknown-need': () => 'How much it would have used without the eviction is not known.',
    'capacity-unknown-container': () =>
      'How much of it each container used is not recorded: the value is for all containers of the pod together.',
    'capacity-unknown-storage-class': () => 'Whether the cluster has a StorageClass for it is not recorded.',
    'capacity-unknown-path': () => 'Where the container writes is not recorded: replace the mountPath.',
    'capacity-unknown-lookups': ({ durationMs }) =>
      `When logs are looked up is not recorded: ${span(durationMs)} is an assumption. What Loki has can be read at any time with afterlog logs.`,
    'what-if-reclaims': ({ recorded, avoided, added, containersKept, logsAtLeast, logsAtMost, moreImageBytes }) =>
      `Of ${count(recorded, 'reclaim')} ${numberText(avoided)} would not have happened${
        added === 0 ? '' : `, and ${numberText(added)} would have come in addition`
      }. ${count(containersKept, 'container')} would have stayed at least until the next reclaim${
        logsAtMost === 0
          ? ''
          : `, among them ${
              logsAtLeast === logsAtMost
                ? numberText(logsAtMost)
                : `${numberText(logsAtLeast)} to ${numberText(logsAtMost)}`
            } whose logs Loki lacks at least in part`
      }. ${
        moreImageBytes > 0
          ? `It costs the removal of ${bytes(moreImageBytes)} more of images: at most these are pulled again.`
          : moreImageBytes < 0
            ? `${bytes(-moreImageBytes)} of images fewer would have been removed.`
            : 'As many images would have been removed.'
      }`,
    'what-if-no-disk': () => 'No disk is replayed.',
    'what-if-rotation': ({ cases, kept, unknown }) =>
      `Of ${count(cases, 'log')} that rotation shortened ${numberText(kept)} would be whole on the node${
        unknown === 0 ? '' : `; of ${numberText(unknown)} no record tells the size`
      }.`,
    'what-if-ttl': ({ cases, kept, unknown, seconds }) =>
      `Of ${count(cases, 'log')} that a TTL removed ${numberText(kept)} would have stayed longer, until ${span(seconds * 1000)} after the end of the Job${
        unknown === 0 ? '' : `; of ${numberText(unknown)} the TTL is not known`
      }.`,
    'what-if-left': ({ nodes }) =>
      `Not replayed: ${some(nodes)}. No record tells the use or the thresholds of the disk, or images and layers are on different disks.`,
    'what-if-assumes-series': () =>
      'What workloads write and delete is as it was recorded. What a reclaim would not have removed stays on the disk until the next removal.',
    'what-if-assumes-peak': () =>
      'The use at a reclaim is the greatest that was recorded around it with what the fastest recorded growth may have added, and at least its threshold.',
    'what-if-assumes-images': () =>
      'Image GC runs five minutes after use has reached its threshold. It can remove what the next recorded removal removed, less what was added since: other unused images are not recorded. An image that stays is not pulled again; when the recorded kubelet pulled it shows in what was added until it removed it once more.',
    'what-if-assumes-rollups': () =>
      'Hours and days are replayed with their greatest use. What removed containers freed is not known there.',
    'what-if-assumes-inodes': () => 'Reclaims for inodes stay as they were recorded.',
    'what-if-assumes-low': ({ low }) =>
      `imageGCLowThresholdPercent is ${low}, because it has to be lower than the high threshold.`,
    'what-if-assumes-logs': () =>
      'The logs of a Job family are as large as the newest one that was rotated. Logs that stay take up their place on the disk.',
    'what-if-assumes-ttl': () =>
      'All Jobs of a family have the TTL of the newest one. Reclaims may still remove their logs, and finished containers take up their place on the disk for longer.',
    'what-if-unknown-key': ({ key, known }) => `unknown setting "${key}" (one of: ${known.join(', ')})`,
    'what-if-invalid-value': ({ key, value, example }) =>
      `invalid value "${value}" of ${key} (example: ${key}=${example})`,
    'capacity-note-no-kubelet-log': ({ nodes }) =>
      `Reclaims, image GC and what they removed are not known on ${some(nodes)}: no record shows that the agent read the kubelet's log.`,
    'capacity-note-no-watch': ({ clusters }) =>
      `DiskPressure, evicted and rejected pods are not known in ${some(clusters)}: no watch was running in this time range.`,
    'capacity-note-watch-partly': ({ cluster, percent }) =>
      `A watch of ${cluster} was running in about ${percentText(percent)} of the time range: DiskPressure, evicted and rejected pods are at least these.`,
    'capacity-note-no-disk': ({ nodes }) => `No record tells of the disks of ${some(nodes)}.`,
    'capacity-note-samples': ({ nodes }) =>
      `Figures about the disks of ${some(nodes)} rest in part on disk samples, because no rollup covers that time. Samples do not tell emptyDir and other volumes.`,
    'capacity-note-partly': ({ nodes, leastPercent }) =>
      `The disks of ${some(nodes)} were observed in a part of the time range only (at least ${percentText(leastPercent)} of it).`,
    'capacity-note-no-thresholds': ({ nodes }) =>
      `The thresholds of ${some(nodes)} are not known; only the distance to a full disk is.`,
    'capacity-note-missed-peak': ({ nodes }) =>
      `The eviction manager reclaimed on ${some(nodes)}, and no record shows use beyond an eviction threshold: the peak was between two samples. The worst use was higher than the figures say.`,
    'capacity-note-assumed': ({ nodes }) =>
      `The thresholds of ${some(nodes)} are the defaults of Kubernetes, because the kubelet's configuration could not be read.`,
  },
};

/** ` between 12:09:00 and 12:10:00`, beside a date. */
function clocks(from: string | null, to: string | null, times: TimeFormat): string {
  return from === null || to === null ? '' : ` between ${times.clock(from)} and ${times.clock(to)}`;
}
