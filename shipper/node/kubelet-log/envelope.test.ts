import { openEnvelope } from './envelope';
import { eventOf, isWorthParsing } from './events';
import { parseKlog } from './klog';

const id = 'd02a58249226c5c47814467a7617aed1ed739584bde923d418480077fa232703';
const klog = `I1128 19:53:14.571940     286 scope.go:122] "RemoveContainer" containerID="${id}"`;
const json = `{"ts":1795895594571.94,"caller":"kuberuntime/scope.go:122","msg":"RemoveContainer","v":0,"containerID":"${id}"}`;
const escaped = (text: string) => JSON.stringify(text).slice(1, -1);
const at = (iso: string) => Date.parse(iso);

/** How a line is kept, by whom, and the time that this tells; undefined where it tells none in full. */
const forms: Array<[string, (line: string) => string, string | undefined]> = [
  ['syslog', (line) => `Nov 28 19:53:14 node-1 kubelet[286]: ${line}`, undefined],
  ['syslog of a snap', (line) => `Nov 28 19:53:14 node-1 microk8s.daemon-kubelite[2861]: ${line}`, undefined],
  ['rsyslog with a full time', (line) => `2026-11-28T19:53:14.6+09:00 node-1 kubelet[286]: ${line}`, '10:53:14.600'],
  ['syslog RFC 5424', (line) => `<30>1 2026-11-28T10:53:14.6Z node-1 kubelet 286 - - ${line}`, '10:53:14.600'],
  ['journalctl short-iso', (line) => `2026-11-28T19:53:14+0900 node-1 kubelet[286]: ${line}`, '10:53:14.000'],
  ['journalctl short-full', (line) => `Sat 2026-11-28 10:53:14 UTC node-1 kubelet[286]: ${line}`, '10:53:14.000'],
  ['journalctl short-unix', (line) => `1795863194.600000 node-1 kubelet[286]: ${line}`, '10:53:14.600'],
  ['journalctl short-monotonic', (line) => `[  512.345678] node-1 kubelet[286]: ${line}`, undefined],
  ['journalctl export', (line) => `MESSAGE=${line}`, undefined],
  [
    'journalctl json',
    (line) =>
      `{"__REALTIME_TIMESTAMP":"1795863194600000","_SYSTEMD_UNIT":"kubelet.service","MESSAGE":"${escaped(line)}"}`,
    '10:53:14.600',
  ],
  [
    'k0s',
    (line) => `time="2026-11-28T10:53:14Z" level=info msg="${escaped(line)}" component=kubelet stream=stderr`,
    '10:53:14.000',
  ],
  ['k0s with its time behind', (line) => `level=info msg="${escaped(line)}" time="2026-11-28 10:53:14"`, undefined],
  [
    'k0s in syslog',
    (line) =>
      `Nov 28 10:53:14 n k0s[1]: time="2026-11-28T10:53:14Z" level=info msg="${escaped(line)}" component=kubelet`,
    '10:53:14.000',
  ],
  ['k3s', (line) => `Nov 28 10:53:14 server-0 k3s[1423]: ${line}`, undefined],
  [
    'docker json-file',
    (line) => `{"log":"${escaped(line)}\\n","stream":"stderr","time":"2026-11-28T10:53:14.600Z"}`,
    '10:53:14.600',
  ],
  ['CRI', (line) => `2026-11-28T10:53:14.600000000Z stderr F ${line}`, '10:53:14.600'],
  [
    'a shipper around docker json-file',
    (line) => {
      const inner = JSON.stringify({ log: `${line}\n`, stream: 'stderr', time: '2026-11-28T10:53:14.600Z' });
      return JSON.stringify({ '@timestamp': '2026-11-28T11:00:00Z', message: inner });
    },
    '10:53:14.600',
  ],
  ['a terminal with colours', (line) => `\u001b[36mINFO\u001b[0m[0001]\u001b[0m${line}`, undefined],
  ['syslog with microseconds', (line) => `Nov 28 19:53:14.571940 node-1 kubelet[286]: ${line}`, undefined],
  ['journalctl short-iso-precise', (line) => `2026-11-28T19:53:14.600000+0900 n kubelet[286]: ${line}`, '10:53:14.600'],
  ['journalctl with-unit', (line) => `Sat 2026-11-28 10:53:14 UTC n kubelet.service[286]: ${line}`, '10:53:14.000'],
  ['journalctl verbose', (line) => `    MESSAGE=${line}`, undefined],
  ['journalctl json-pretty', (line) => `\t"MESSAGE" : ${JSON.stringify(line)},`, undefined],
  ['journalctl json-sse', (line) => `data: {"MESSAGE":${JSON.stringify(line)}}`, undefined],
  [
    'journalctl json, of a line with colours',
    (line) =>
      `{"__REALTIME_TIMESTAMP":"1795863194600000","MESSAGE":${JSON.stringify([...Buffer.from(`\u001b[32m${line}\u001b[0m`)])}}`,
    '10:53:14.600',
  ],
  [
    'syslog RFC 5424 with data',
    (line) => `<30>1 2026-11-28T10:53:14.6Z n kubelet 286 - [meta sequenceId="1" x="a\\"b"] ${line}`,
    '10:53:14.600',
  ],
  ['rsyslog with control characters', (line) => `Nov 28 19:53:14 n kubelet[2]: #033[36mINFO#033[0m${line}`, undefined],
  ['talosctl', (line) => `10.5.0.3: ${line}`, undefined],
  [
    'Talos',
    (line) => JSON.stringify({ msg: line, 'talos-service': 'kubelet', 'talos-time': '2026-11-28T10:53:14.6Z' }),
    '10:53:14.600',
  ],
  [
    'Google Cloud',
    (line) => JSON.stringify({ jsonPayload: { MESSAGE: line }, timestamp: '2026-11-28T10:53:14.6Z' }),
    '10:53:14.600',
  ],
  [
    'GELF',
    (line) => JSON.stringify({ version: '1.1', host: 'n', short_message: line, timestamp: 1795863194.6 }),
    '10:53:14.600',
  ],
  [
    'OpenTelemetry',
    (line) => JSON.stringify({ timeUnixNano: '1795863194600000000', body: { stringValue: line } }),
    '10:53:14.600',
  ],
  [
    'Filebeat',
    (line) => JSON.stringify({ '@timestamp': '2026-11-28T10:53:14.6Z', log: { file: { path: '/x' } }, message: line }),
    '10:53:14.600',
  ],
  ['a file with Windows line ends', (line) => `${line}\r`, undefined],
  ['a file with a byte order mark', (line) => `\ufeff${line}`, undefined],
  [
    'k3s in Docker',
    (line) => {
      const log = `time="2026-11-28T10:53:14Z" level=info msg=${JSON.stringify(line)}\n`;
      return JSON.stringify({ log, stream: 'stderr', time: '2026-11-28T10:53:14.600Z' });
    },
    '10:53:14.000',
  ],
  ['Docker Compose', (line) => `kubelet-1  | ${line}`, undefined],
  ['single quotes', (line) => `ts=2026-11-28T10:53:14.6Z msg='${line}'`, '10:53:14.600'],
  ['Python', (line) => `{'MESSAGE': '${line}', 'unit': 'kubelet'}`, undefined],
  ['a lone quote before it', (line) => `2026-11-28T10:53:14.6Z the 5" disk of n: ${line}`, '10:53:14.600'],
  ['CSV', (line) => `2026-11-28T10:53:14.6Z,kubelet,"${line.replaceAll('"', '""')}"`, '10:53:14.600'],
  ['nothing', (line) => line, undefined],
];

describe("a line of the kubelet's log", () => {
  test.each(forms)('is found as text in the form of %s', (_, wrap, time) => {
    const line = parseKlog(wrap(klog));
    expect(isWorthParsing(wrap(klog))).toBe(true);
    expect(line && eventOf(line)).toEqual({ type: 'container-removed', containerId: id });
    expect(line?.wall).toMatchObject({ month: 11, day: 28, hour: 19, minute: 53, second: 14, micros: 571_940 });
    expect(line?.writtenMs).toBe(time && at(`2026-11-28T${time}Z`));
  });

  test.each(forms)('is found as JSON in the form of %s', (_, wrap) => {
    const line = parseKlog(wrap(json));
    expect(line && eventOf(line)).toEqual({ type: 'container-removed', containerId: id });
    expect(line?.time).toBe(1795895594571940000n);
  });

  test('is found in a line that was cut short', () => {
    const line = parseKlog(`time="2026-11-28T10:53:14Z" level=info msg="${escaped(klog)} pods=[\\"a`);
    expect(line && eventOf(line)).toEqual({ type: 'container-removed', containerId: id });
  });

  test('tells its year where a date without a zone stands before it', () => {
    expect(parseKlog(`2025/11/28 19:53:14 ${klog}`)?.dateMs).toBe(at('2025-11-28T19:53:14Z'));
  });

  test('is not taken out of the text of another message', () => {
    expect(parseKlog('time="2026-11-28T10:53:14Z" level=info msg="Starting k0s"')).toBeUndefined();
    expect(parseKlog('Nov 28 10:53:14 n kubelet[1]: goroutine 1 [running]:')).toBeUndefined();
    expect(parseKlog('{"level":"info","ts":1795863194.6,"logger":"etcd","msg":7}')).toBeUndefined();
    expect(parseKlog(`${'x'.repeat(10_000)}${klog}`)).toBeUndefined();
  });

  test('is not searched beyond its bounds', () => {
    expect(openEnvelope(`${klog}${' '.repeat(256 * 1024)}`)).toBeUndefined();
  });
});
