/**
 * The causes for which a container's log leaves its node, C1–C20 of the kubernetes-log-loss reference §2, in words for
 * the owner of a Job. C3b is none of them: a pod rejected at admission never had a log.
 */
export const CAUSES = {
  C1: {
    name: 'disk reclaim',
    what: 'The node ran short of disk space or inodes, and the kubelet deletes all finished containers, with their logs, before it does anything else. Their age does not matter.',
    advice: [
      'Let image GC begin before the reclaim does: set imageGCHighThresholdPercent of the kubelet well below 85, 75 for example. On a node with one disk both begin at 85 % of use otherwise, and the reclaim is faster.',
      'Give containers that write to disk a limit for ephemeral-storage, so that one of them is evicted before the node is full.',
      'Give nodes more disk, or a disk of its own for images: `afterlog cases --cause C1` shows which nodes it happens on.',
      'The deprecated kubelet flag --minimum-container-ttl-duration spares containers that were created less than that long ago.',
    ],
  },
  C2: {
    name: 'pod evicted',
    what: 'The node was low on a resource, and the kubelet evicted the pod to get it back. The containers of an evicted pod are deleted with their logs at once; the pod stays as Failed.',
    advice: [
      'Set requests for the resource that ran out (memory, ephemeral-storage): pods above their requests are evicted first.',
      'Spread Jobs over more nodes, or limit their parallelism.',
    ],
  },
  C3: {
    name: 'own storage limit',
    what: 'The pod used more ephemeral storage than its own limit allows (a container limit, or the size of an emptyDir), and the kubelet evicted it with its logs. Logs count towards that use.',
    advice: [
      'Raise limits.ephemeral-storage of the container or sizeLimit of the emptyDir, or write less: logs count too.',
    ],
  },
  C4: {
    name: 'older restart',
    what: 'The container was restarted, and the kubelet keeps the log of one finished run only: when the next run ends, the one before it goes.',
    advice: [
      'Nothing on the node keeps more than that: `kubectl logs --previous` reaches one run back and no further.',
      'With restartPolicy: Never a Job makes a new pod for each try, and all of them keep their logs.',
    ],
  },
  C5: {
    name: 'init container pruned',
    what: "The pod's sandbox was made anew, and the kubelet deleted the containers of the init phase to run it again.",
    advice: ['Look at why the sandbox changed: a restart of the runtime or of the node is usual.'],
  },
  C6: {
    name: 'deleted through the API',
    what: 'The pod was deleted by a person or a client. The files go from the node with the next container GC, within a minute.',
    advice: ["The API server's audit log names who it was (verb delete, resource pods)."],
  },
  C7: {
    name: 'Job TTL',
    what: 'The Job has ttlSecondsAfterFinished, and was deleted with its pods and their logs when that time was over.',
    advice: ['Raise spec.ttlSecondsAfterFinished, if pods have to be looked at longer.'],
  },
  C8: {
    name: 'CronJob history',
    what: 'The CronJob keeps a few finished Jobs only, and deletes the oldest with its pods and logs; with concurrencyPolicy Replace it also deletes the running one.',
    advice: [
      'Raise spec.successfulJobsHistoryLimit and spec.failedJobsHistoryLimit (3 and 1 unless set), if pods have to be looked at longer.',
    ],
  },
  C9: {
    name: 'Job controller',
    what: 'The Job ended or was suspended while this pod was still active, and the Job controller deleted it, although it was the one that failed.',
    advice: [
      'With restartPolicy: Never the failed pods of a Job are kept when its backoffLimit is exceeded; with OnFailure the last one is deleted.',
    ],
  },
  C10: {
    name: 'pod GC',
    what: "The cluster had more finished pods than kube-controller-manager's --terminated-pod-gc-threshold, and the oldest were deleted.",
    advice: ['Give Jobs a ttlSecondsAfterFinished, so that finished pods do not pile up.'],
  },
  C11: {
    name: 'owner deleted',
    what: "The pod's owner (a Job, a workflow, a ReplicaSet) was deleted or scaled down, and the pod and its log went with it.",
    advice: [
      "The API server's audit log names who deleted the owner. `kubectl delete job --cascade=orphan` leaves the pods.",
    ],
  },
  C12: {
    name: 'taint',
    what: 'The node got a NoExecute taint, often because it was not ready or unreachable, and its pods were deleted after the time they tolerate it (300 s unless set). Finished pods are deleted too.',
    advice: ['Give pods that may wait a longer tolerationSeconds for node.kubernetes.io/not-ready and unreachable.'],
  },
  C13: {
    name: 'node removed',
    what: 'The node was removed (scale-down, spot instance, by hand), and its disk with all logs.',
    advice: [
      'Drain nodes before they go, and give the agent a moment to send what is left.',
      'For Jobs that must not be interrupted: the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false".',
    ],
  },
  C14: {
    name: 'drain or preemption',
    what: 'The pod was evicted through the API (a drain does that, and takes finished pods too), or made room for a more important one.',
    advice: [
      'A PodDisruptionBudget slows a drain down for running pods; finished ones are deleted without asking.',
      'Give Jobs a priority class that others do not preempt.',
    ],
  },
  C15: {
    name: 'log rotation',
    what: 'The container wrote more than the kubelet keeps (10 MiB a file, 5 files unless set). The oldest files are deleted while it runs; `kubectl logs` shows only the newest file and reports no error.',
    advice: ['Raise containerLogMaxSize or containerLogMaxFiles of the kubelet, or write less.'],
  },
  C16: {
    name: 'runtime lost it',
    what: 'The container runtime no longer knows the container (a reset, `crictl rm`, a wipe at boot); its file usually stays on the node.',
    advice: ['The file may still be on the node under /var/log/pods. Look at why the runtime was reset.'],
  },
  C17: {
    name: 'file removed by others',
    what: 'Something else than the kubelet deleted or cut the log file: logrotate, a cleaning script, a pod with a hostPath.',
    advice: [
      'Look for logrotate rules and scripts that reach into /var/log/pods or /var/log/containers: the kubelet rotates these files itself.',
    ],
  },
  C18: {
    name: 'disk full while writing',
    what: 'The disk was full, and the runtime could not write the line down. It was never in any file.',
    advice: [
      'Look into the log of the container runtime for "Fail to write". Set lower eviction thresholds only with care: they leave less room to write.',
    ],
  },
  C19: {
    name: 'restarted in place',
    what: 'A rule of the pod restarted all its containers in place, and the kubelet removed them before that (Kubernetes 1.35 with their files; from 1.36 on the files stay).',
    advice: ['From Kubernetes 1.36 on the file is still under /var/log/pods until the pod is deleted.'],
  },
  C20: {
    name: 'node shutdown',
    what: 'The node was shut down. The logs are there again after a reboot, if the disk is.',
    advice: ['Give the kubelet shutdownGracePeriod, so that containers and the agent can finish.'],
  },
} as const satisfies Record<string, { name: string; what: string; advice: readonly string[] }>;

export type CauseId = keyof typeof CAUSES;
/** The cause of a case; `unknown` where the records do not tell: an honest answer. */
export type Cause = CauseId | 'unknown';

const ids = new Set<string>(Object.keys(CAUSES));

export function isCauseId(text: string): text is CauseId {
  return ids.has(text);
}

/** In a few words, for tables. */
export function causeName(cause: Cause): string {
  return cause === 'unknown' ? 'unknown' : CAUSES[cause].name;
}

/** What to change so that it does not happen again. */
export function adviceFor(cause: Cause): readonly string[] {
  return cause === 'unknown'
    ? [
        'See what is missing: `afterlog doctor` says whether the agent, the watch and the kubelet log are all being read.',
      ]
    : CAUSES[cause].advice;
}
