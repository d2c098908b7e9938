import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fc, fuzzRuns } from '../testkit/fuzz';
import { readKubeconfig } from '../../shipper/cluster/api/kubeconfig';
import { UserError } from '../../shipper/common/user-error';
import { boundLine, boundMetadata } from '../../shipper/loki/record-bounds';
import { eventOf } from '../../shipper/node/kubelet-log/events';
import { parseEntry } from '../../shipper/node/kubelet-log/journal-source';
import { parseKlog } from '../../shipper/node/kubelet-log/klog';

const header = 'I1123 23:15:38.571891   18848 a.go:1] ';
const pieces = [
  ...[header, '"', '\\', '\\"', '[', '{', '}', ']', 'k=', '=', ' ', 'é', '\u0000', '{"ts":1', '"msg":"', 'msg="'],
  ...['2026-11-28T10:53:14Z ', '\u001b[31m', '/', '_', '(', 'Name:', '"Eviction manager: attempting to reclaim"'],
];

describe("the kubelet's log", () => {
  const read = (line: string): void => {
    const klog = parseKlog(line);
    if (klog) {
      eventOf(klog);
    }
  };

  test('may hold any line', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 20 }), (parts) =>
        read(parts.join(''))
      ),
      fuzzRuns(2000)
    );
  });

  // A reader that looks at each character once for each other would need hours for these.
  const size = 250_000;
  test.each([
    ['of one letter', header + 'a'.repeat(size)],
    ['of headers', header.repeat(size / header.length)],
    ['of names', `${header}"Eviction manager: pods ranked for eviction" pods=[${'a.'.repeat(size / 2)}]`],
    ['of names in the old form', `${header}eviction manager: pods ranked for eviction: ${'a'.repeat(size)}`],
    ['of slashes', `${header}"SyncLoop DELETE" pods=["${'a/'.repeat(size / 2)}"]`],
    ['of open brackets', `${header}"SyncLoop DELETE" pods=${'['.repeat(size)}`],
    ['of quotes', `${header}"SyncLoop DELETE" pods=${'"'.repeat(size)}`],
    ['of backslashes', `time="x" msg="${header}${'\\'.repeat(size)}"`],
    ['of spaces', `${header.trimEnd()}${' '.repeat(size)}x`],
    ['of digits', '1'.repeat(size)],
    ['of braces', '{'.repeat(size)],
    ['of colours', '\u001b['.repeat(size / 2)],
    ['of source names', `I1123 23:15:38.571891   18848 ${':1'.repeat(size / 2)}`],
  ])('may hold a line %s', (_, line) => {
    read(line);
  });
});

describe('the journal', () => {
  test('may hold any entry', () => {
    const fields = fc.dictionary(
      fc.constantFrom('MESSAGE', '__CURSOR', '__REALTIME_TIMESTAMP', '_SYSTEMD_UNIT', '__proto__'),
      fc.oneof(fc.string(), fc.array(fc.integer()), fc.constant(null), fc.jsonValue())
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fields.map((entry) => JSON.stringify(entry))
        ),
        (text) => void parseEntry(text)
      )
    );
  });
});

describe('a kubeconfig', () => {
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-kubeconfig-'));
  afterAll(() => rmSync(dir, { recursive: true }));
  const keys = [
    'current-context',
    'clusters',
    'users',
    'contexts',
    'name',
    'cluster',
    'server',
    'user',
    'context',
    'exec',
  ];

  test('may hold anything: it is read, or refused with its name', () => {
    const file = join(dir, 'config');
    const key = fc.oneof(fc.constantFrom(...keys), fc.string());
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom('a', 'http://x', ''),
        fc.jsonValue({ maxDepth: 1 }),
        tie('map'),
        tie('list')
      ),
      list: fc.array(tie('value'), { maxLength: 3 }),
      map: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    }));
    const content = fc.oneof(
      fc.string(),
      tree.map.map((map) => JSON.stringify(map))
    );
    fc.assert(
      fc.property(content, (text) => {
        writeFileSync(file, text);
        try {
          readKubeconfig([file], undefined, {});
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toContain(file);
        }
      }),
      fuzzRuns()
    );
  });
});

describe('a record', () => {
  test('of any size fits into a line of Loki, and stays JSON', () => {
    const record = fc.record({
      kind: fc.constant('pod'),
      message: fc.nat(400_000).map((length) => '\u001b'.repeat(length)),
      list: fc.nat(30_000).map((length) => Array.from({ length }, (_, n) => ({ name: `container-${n}` }))),
    });
    fc.assert(
      fc.property(record, (value) => {
        const line = boundLine(JSON.stringify(value));
        expect(Buffer.byteLength(line)).toBeLessThan(256 * 1024);
        expect(JSON.parse(line)).toMatchObject({ kind: 'pod' });
      }),
      fuzzRuns(30)
    );
  });

  test('that fits is left as it is', () => {
    const line = JSON.stringify({ kind: 'pod', message: 'x'.repeat(100_000) });
    expect(boundLine(line)).toBe(line);
  });

  test('has metadata that fits', () => {
    const bounded = boundMetadata({ id: 'x'.repeat(100_000), pod: 'p' });
    expect([bounded.id?.length, bounded.pod]).toEqual([1024, 'p']);
  });
});
