import type { Gap } from '../../records';
import type { CodeName, Codes } from '../../codes';

const at = '2026-11-23T23:15:38.000Z';
const later = '2026-11-23T23:16:40.000Z';
const node = 'node-a';
const reasons: Array<Gap['reason']> = [
  ...(['gone-unread', 'unacknowledged', 'truncated', 'too-old', 'refused', 'shed', 'unreadable'] as const),
];
const span = [
  { from: at, to: later },
  { from: null, to: null },
];
const missing = [
  { lines: 4, bytes: null, ...span[0] },
  { lines: null, bytes: 1, from: null, to: null },
  { lines: null, bytes: 12_345, from: null, to: null },
  { lines: null, bytes: null, from: null, to: null },
].map((one) => ({ from: null, to: null, ...one }));
const lines = { lines: 720_000, bytes: 90_000_000, from: at, to: later };
const jobs = [{ job: 'nightly' }, { job: null }];
const nodes = [{ node }, { node: null }];

/** Parameters of every code, each variant of its sentence at least once. A missing code is an error of the compiler. */
export const SAMPLES: { readonly [K in CodeName]: ReadonlyArray<Codes[K]> } = {
  reclaimed: [
    { node, resource: 'disk', afterMs: 34_000, others: 33, isLikely: false },
    { node, resource: 'inodes', afterMs: null, others: 0, isLikely: true },
  ],
  evicted: [
    { node, resource: 'memory' },
    { node: null, resource: null },
  ],
  'evicted-own-limit': nodes,
  'preempted-by-kubelet': nodes,
  'older-run': [{ run: 1, runs: 4, newerRun: 2 }],
  'restarted-in-place': [{ fileStays: true }, { fileStays: false }],
  'sandbox-changed': [{}],
  'deleted-ttl': [
    { job: 'nightly', ttlSeconds: 60 },
    { job: null, ttlSeconds: null },
  ],
  'deleted-history': [1, 3, null].map((limit) => ({ cronJob: 'tick', job: 'tick-1', limit })),
  'deleted-replaced': [{ cronJob: 'tick', job: 'tick-1' }],
  'deleted-job-ended': [
    { job: 'nightly', reason: 'BackoffLimitExceeded' },
    { job: null, reason: null },
  ],
  'deleted-job-suspended': jobs,
  'deleted-job-continues': jobs,
  'deleted-job-controller': jobs,
  'deleted-controller': [{}],
  'deleted-owner': jobs,
  'deleted-podgc': [{}],
  'deleted-taint': nodes,
  'deleted-node': nodes,
  'deleted-drain': nodes,
  'deleted-preempted': [{}],
  'deleted-client': [{}],
  'deleted-unwatched': [{}],
  'node-removed': nodes,
  'node-shutdown': nodes,
  'runtime-lost': nodes,
  rotated: [{ lines: 180_000 }],
  truncated: [{}],
  'deleted-while-running': [{}],
  'deleted-by-other': [
    { directory: true, isLikely: true },
    { directory: false, isLikely: false },
  ],
  'directory-removed': [
    { at, podKnown: true },
    { at: null, podKnown: false },
  ],
  undecided: [{ causes: ['C1', 'C17'] }],
  unexplained: [{ at }, { at: null }],
  'on-node': [
    { node, ended: true },
    { node: null, ended: false },
  ],
  'not-known-removed': nodes,
  'unseen-no-agent': nodes,
  'unseen-started-later': [{ node, ms: 1_200_000 }],
  'unseen-silent': [
    { node, from: at, to: later },
    { node, from: at, to: null },
  ],
  'unseen-not-yet': nodes,
  'unseen-excluded': [{ node, namespace: 'shop' }],
  'unseen-unexplained': nodes,
  'loki-complete': [{}],
  'loki-empty': [{}],
  'loki-rotated-complete': [{}],
  'loki-rescued': [{}],
  'loki-partial': missing,
  'loki-partial-end': [{ bytes: 40 }, { bytes: 0 }],
  'loki-lost': [{}],
  'loki-lost-part': missing,
  'loki-lost-unseen': [{}],
  'loki-pending': [{ asOf: at }],
  'loki-pending-backlog': [{ asOf: at, bytes: 4_000_000 }],
  'loki-unknown': [{}],
  'loki-unseen': [{}],
  'reclaim-began': [{ resource: 'ephemeral-storage' }, { resource: null }],
  'reclaim-removed': (['relieved', 'evicting', 'unknown'] as const).map((outcome) => ({
    ...{ containers: 34, images: 1, imageBytes: 65e6, outcome },
  })),
  'reclaim-named': [{ containerId: 'd1e747c55ee0f13bea0d' }],
  'file-gone': [
    { directory: 'empty', noticedMs: null, unackedBytes: 0 },
    { directory: 'removed', noticedMs: 660_000, unackedBytes: 4096 },
    { directory: 'unknown', noticedMs: null, unackedBytes: 0 },
  ],
  reported: [{ text: `Job nightly was deleted at ${at}` }],
  'status-reported': [
    { reason: 'Evicted', message: 'The node was low on resource: memory. ' },
    { reason: 'Evicted', message: '' },
  ],
  'pod-deleted': [
    { isLater: true, gone: at },
    { isLater: false, gone: null },
  ],
  'pod-last-seen': [{ gone: at }, { gone: null }],
  'clocks-differ': [{ ms: 600_000 }],
  'pressure-began': [{ node }],
  'pressure-condition': [
    { node, to: later, afterReclaimMs: 10_000 },
    { node, to: null, afterReclaimMs: null },
  ],
  pressure: [{ node }],
  'emptied-together': [{ containers: 34, ms: 400 }],
  'pod-there': [{}],
  'pod-deleted-by-then': [{}],
  'pod-not-known': [{}],
  'newer-run-finished': [{ run: 2 }],
  'newer-run-started': [{ run: 2 }],
  'restart-rule': [{}],
  'file-shorter': [{ detail: '5 bytes' }, { detail: null }],
  'ended-afterwards': [{}],
  'runs-still': [{}],
  'rotated-files': [
    { files: 2, bytes: 22_500_000 },
    { files: 1, bytes: 500 },
  ],
  'disk-unreadable': [{}],
  'disk-use': [
    {
      ...{ filesystem: 'imagefs', usedPercent: 92, available: 0.23e9, capacity: 2.9e9 },
      ...{ signal: 'imagefs.available', configured: '15%', isAssumed: false },
    },
    {
      ...{ filesystem: 'nodefs', usedPercent: 97, available: 30, capacity: null },
      ...{ signal: 'nodefs.inodesFree', configured: '100k', isAssumed: true },
    },
    {
      ...{ filesystem: 'nodefs', usedPercent: 50, available: 1e9, capacity: 2e9 },
      ...{ signal: null, configured: null, isAssumed: false },
    },
  ],
  'disk-full': [{ filesystem: 'nodefs' }],
  'largest-pod': [{ pod: 'ns/fill', bytes: 1.2e9 }],
  'kubelet-settings': [
    { high: 85, low: 80, thresholds: 'nodefs.available < 10%', isAssumed: false },
    { high: 85, low: 80, thresholds: '', isAssumed: true },
  ],
  'node-gone': [{ node }],
  'agent-first-sign': nodes,
  'agent-last-sign': nodes,
  'acked-before': [{ until: at }],
  'out-kubelet-log': [{}],
  'out-named-by-kubelet': [{}],
  'out-no-pressure': [{}],
  'out-disk-free': [{ usedPercent: 27.2 }],
  'out-others-stayed': [{ containers: 1 }],
  'out-directory-removed': [{}],
  'out-directory-stayed': [{}],
  'out-running': [{}],
  'out-stayed': [{ until: at }],
  'out-gone-before': [{}],
  'out-file-size': [{ bytes: 6600, maxBytes: 10_485_760 }],
  'out-not-deleted': [{}],
  'out-newer-run-stayed': [{}],
  'need-kubelet-log': [{}],
  'need-watch': [{}],
  'need-disk': [{}],
  'need-agent': [{}],
  'need-settings': [{}],
  'advice-image-gc': [
    {
      ...{ high: '85', low: '80', wantedHigh: 75, wantedLow: 70, reclaimPercent: 85 },
      ...{ signal: 'evictionHard.imagefs.available', configured: '15%' },
    },
  ],
  'advice-image-gc-early': [
    { high: '60', lead: 25, reclaimPercent: 85, signal: 'evictionHard.imagefs.available', configured: '15%' },
  ],
  'advice-storage-limit': [{ value: '1Gi' }],
  'advice-storage-request': [{ value: '1Gi' }],
  'advice-ttl': [{ seconds: 60 }],
  'advice-history': [true, false].map((replaces) => ({
    limits: [{ name: 'failedJobsHistoryLimit', value: '1' }],
    replaces,
  })),
  'advice-rotation': [{ size: '10Mi', files: '5' }],
  'advice-unseen': [{}],
  'advice-gap': reasons.map((reason) => ({ reason })),
  'account-empty': [{}],
  'account-complete': [lines, { ...lines, from: null, to: null }],
  'account-rescued': [{ ...lines, rescuedBytes: 12_345 }],
  'account-partial': [{ lines: 5, of: 9 }],
  'account-partial-unknown': [{ lines: 5 }],
  'account-lost': [{}],
  'account-pending': [
    { ...lines, bytes: 1500, of: 90_000_000 },
    { ...lines, lines: 0, bytes: 0, of: 90 },
  ],
  'account-growing': [
    { lines: 10, from: at, to: later },
    { lines: 0, from: null, to: null },
  ],
  'account-unknown': [{ lines: 10 }],
  'account-gap': reasons.map((reason, n) => ({
    ...{ reason, lines: n === 0 ? null : 1, bytes: n === 0 ? null : 40, from: at, to: at },
    detail: n === 1 ? 'HTTP 400' : null,
  })),
  'account-rotated': [true, false].map((hasGaps) => ({ ...lines, hasGaps })),
  'account-left': (['empty', 'removed', 'unknown', null] as const).map((directory) => ({ at, directory })),
  'account-on-node': [{ ended: true }, { ended: false }],
};
