import { byAge, parseContainerLink, runOfTarget, parseLogFileName, parsePodDirectory } from './names';

test.each([
  ['job-test_hello-xk2vd_0b1c', { namespace: 'job-test', pod: 'hello-xk2vd', podUid: '0b1c' }],
  ['ns_pod.with.dots_uid', { namespace: 'ns', pod: 'pod.with.dots', podUid: 'uid' }],
  ['ns_pod', undefined],
  ['ns_pod_', undefined],
  ['_pod_uid', undefined],
  ['lost+found', undefined],
  ['', undefined],
])('the pod directory %p', (name, expected) => {
  expect(parsePodDirectory(name)).toEqual(expected);
});

test.each([
  ['0.log', { restart: 0, rotated: '', compressed: false }],
  ['12.log', { restart: 12, rotated: '', compressed: false }],
  ['0.log.20261123-232307', { restart: 0, rotated: '20261123-232307', compressed: false }],
  ['0.log.20261123-232307.gz', { restart: 0, rotated: '20261123-232307', compressed: true }],
  ['0.log.20261123-232307.tmp', undefined],
  ['0.log.20261123', undefined],
  ['a.log', undefined],
  ['.log', undefined],
  ['0.log~', undefined],
])('the log file %p', (name, expected) => {
  expect(parseLogFileName(name)).toEqual(expected);
});

test('the current file is the youngest', () => {
  const names = ['0.log', '0.log.20261124-000000', '0.log.20261123-232307.gz'];
  const sorted = names.flatMap((name) => parseLogFileName(name) ?? []).sort(byAge);
  expect(sorted.map(({ rotated }) => rotated)).toEqual(['20261123-232307', '20261124-000000', '']);
});

const ID = '0123456789abcdef'.repeat(4);

test.each([
  [`hello-xk2vd_job-test_hello-${ID}.log`, ID],
  [`hello_ns_${'c'.repeat(60)}-${ID.slice(0, 50)}.log`, undefined],
  [`hello_ns_c-${ID.toUpperCase()}.log`, undefined],
  [`hello_ns_c-${ID}`, undefined],
])('the link %p', (name, id) => {
  expect(parseContainerLink(name)?.containerId).toBe(id);
});

test.each([
  ['/var/log/pods/ns_pod_uid/app/3.log', { namespace: 'ns', pod: 'pod', podUid: 'uid', container: 'app', restart: 3 }],
  ['../pods/ns_pod_uid/app/0.log', { namespace: 'ns', pod: 'pod', podUid: 'uid', container: 'app', restart: 0 }],
  ['/var/log/pods/ns_pod_uid/app/current', undefined],
  ['/var/log/pods/elsewhere/app/0.log', undefined],
  ['0.log', undefined],
])('the target %p', (target, expected) => {
  expect(runOfTarget(target)).toEqual(expected);
});
