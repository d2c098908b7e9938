import { adviceOn as adviceIn } from './advice';
import type { Setting } from './cases';
import type { Cause } from './causes';
import { ENGLISH } from './messages';

const adviceOn = (about: Parameters<typeof adviceIn>[0]) => adviceIn(about, ENGLISH);

const kubelet = (name: string, value: string, from: Setting['from'] = 'kubelet'): Setting => ({ name, value, from });
const on = (cause: Cause, settings: Setting[] = []) =>
  adviceOn({ cause, settings, seen: true, gaps: [], status: 'complete' });

const thresholds = (high: string, imagefs: string, from: Setting['from'] = 'kubelet') => [
  kubelet('imageGCHighThresholdPercent', high, from),
  kubelet('imageGCLowThresholdPercent', '80', from),
  kubelet('evictionHard.nodefs.available', '10%', from),
  kubelet('evictionHard.imagefs.available', imagefs, from),
];

test('image GC is to begin before the reclaim, by the values in force', () => {
  expect(on('C1', thresholds('85', '15%'))[0]).toBe(
    'Change imageGCHighThresholdPercent from 85 to 75 and imageGCLowThresholdPercent from 80 to 70: the reclaim begins at 85 % of use (evictionHard.imagefs.available 15%), and image GC has to begin well before that.'
  );
  expect(on('C1', thresholds('85', '5%'))[0]).toContain('from 85 to 80');
});

test('image GC that begins early enough is not told to begin earlier', () => {
  const [first] = on('C1', thresholds('60', '15%'));
  expect(first).toContain('is 60 already');
  expect(first).toContain('a lead of 25 points');
});

test('assumed values are marked', () => {
  expect(on('C1', thresholds('85', '15%', 'assumed'))[0]).toContain('from 85 (Kubernetes default, not read) to 75');
});

test.each<[Cause, Setting, string]>([
  [
    'C3',
    kubelet('resources.limits.ephemeral-storage', '1Gi', 'pod'),
    'limits.ephemeral-storage of the container is 1Gi',
  ],
  [
    'C2',
    kubelet('resources.requests.ephemeral-storage', 'not set', 'pod'),
    'requests.ephemeral-storage of the container: not set',
  ],
  ['C7', kubelet('ttlSecondsAfterFinished', '60', 'Job'), 'spec.ttlSecondsAfterFinished is 60'],
  ['C8', kubelet('successfulJobsHistoryLimit', '3', 'CronJob'), 'spec.successfulJobsHistoryLimit is 3'],
  ['C15', kubelet('containerLogMaxSize', '10Mi'), 'containerLogMaxSize of the kubelet is 10Mi'],
])('%s tells the value in force', (cause, setting, text) => {
  const advice = on(cause, [setting]);
  expect(advice[0]).toContain(text);
  expect(advice).toHaveLength(on(cause).length);
});

test('without values the advice is general', () => {
  expect(on('C1')[0]).toContain('well below 85');
  expect(on('C1', [kubelet('evictionHard.imagefs.available', '10Gi')])[0]).toContain('well below 85');
  expect(on('unknown')[0]).toContain('afterlog doctor');
});

test('what Loki lacks has advice of its own, each once', () => {
  const gap = { bytes: 1, lines: null, from: null, to: null };
  const gaps = [
    { ...gap, reason: 'shed' as const },
    { ...gap, reason: 'shed' as const },
  ];
  const advice = adviceOn({ cause: 'C4', settings: [], seen: true, gaps, status: 'partial' });
  expect(advice.filter((text) => text.includes('--rescue.max-bytes'))).toHaveLength(1);
  expect(adviceOn({ cause: 'C4', settings: [], seen: false, gaps: [], status: 'lost' }).at(-1)).toContain(
    '`afterlog agent` runs on that node'
  );
});
