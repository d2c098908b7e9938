/**
 * What a container printed to one of its streams: all of its lines, a pattern for all of it, or the line of each number
 * (from 0) where it has no end. A run that was killed has printed the beginning of that.
 */
export type Printed = readonly string[] | RegExp | ((index: number) => string);

interface Streams {
  stdout: Printed;
  stderr: Printed;
}

const nothing: Printed = [];
const out = (stdout: Printed): Streams => ({ stdout, stderr: nothing });
const counted = (count: number, line: (index: number) => string): string[] =>
  Array.from({ length: count }, (_, index) => line(index));

/** What the one Job prints that is not the kit's. */
export const DELETED_PRINTS = 'deleted with its Job';

const ROWS = 12_000;
const checksum = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const reportRow = (row: number) =>
  `level=info msg="row written" row=${row} table=daily_sales bytes=4096 checksum=${checksum} shard=7 worker=report-3`;
const rotateRow = (seq: number) => {
  const row = String(seq % ROWS).padStart(6, '0');
  const chunk = String(Math.floor(seq / ROWS)).padStart(2, '0');
  return `seq=${seq} row ${row} of chunk ${chunk} value=0.123456789 status=ok destination=warehouse`;
};

/** What the containers print, by `<beginning of the pod's name> <container>`. */
const printed: Record<string, Streams> = {
  'hello- hello': out(['Hello, Kubernetes!']),
  'report- fetch': out(counted(3, (index) => `fetching shard ${index + 1}`)),
  'report- main': { stdout: counted(60_000, reportRow), stderr: ['done'] },
  'report- sidecar': { stdout: nothing, stderr: counted(5, (index) => `heartbeat ${index + 1}`) },
  'migrate- migrate': {
    stdout: ['starting migration', 'no newline at end'],
    stderr: [
      'panic: relation "orders" does not exist',
      '\tat Migrator.run (migrate.js:41:7)',
      '\tat main (migrate.js:90:3)',
    ],
  },
  'crashy- crashy': out(/^attempt at \w{3} \w{3} .* UTC \d{4}$/),
  'ttl-cleanup- c': out(['I will be gone in 20 seconds']),
  // Loki takes UTF-8 only: the two bytes that are none become U+FFFD.
  'longline- c': out(['x'.repeat(50_000), 'bin \uFFFD\uFFFD bytes', '日本語のログ行', '']),
  'tick- tick': out(/^tick \w{3} \w{3} .* UTC \d{4}$/),
  'web- web': out((index) => `GET /healthz 200 ${index}`),
  'disk-pressure-test- disk-pressure-test': {
    stdout: ['filling disk', 'filled'],
    // dd tells when the disk was full before the kubelet had noticed; not every busybox has its third line.
    stderr: /^(dd: .*\n)?\d+\+\d+ records in\n\d+\+\d+ records out(\n\d+ bytes .* copied, .*)?$/,
  },
  'batch-v1- batch': out(counted(200, (index) => `batch v1 step ${index + 1}`)),
  'batch-v2- batch': out(counted(200, (index) => `batch v2 step ${index + 1}`)),
  'batch-v3- batch': out(counted(200, (index) => `batch v3 step ${index + 1}`)),
  'deleted-by-hand- deleted-by-hand': out([DELETED_PRINTS]),
  'rotate- rotate': out(counted(60 * ROWS, rotateRow)),
};

/** @throws Error for a container that is not among them */
export function printedBy(pod: string, container: string): Streams {
  const found = Object.entries(printed).find(([key]) => {
    const [prefix = '', name] = key.split(' ');
    return pod.startsWith(prefix) && container === name;
  });
  if (found === undefined) {
    throw new Error(`nobody said what ${container} of ${pod} prints`);
  }
  return found[1];
}

/** Checks the lines of one stream as they come. */
export class Comparison {
  private count = 0;
  private readonly text: string[] = [];
  private wrong: string | undefined;

  constructor(private readonly expected: Printed) {}

  take(line: string): void {
    const index = this.count++;
    if (this.expected instanceof RegExp) {
      this.text.push(line);
      return;
    }
    const due = typeof this.expected === 'function' ? this.expected(index) : this.expected[index];
    if (line !== due) {
      this.wrong ??= `line ${index + 1} is ${quote(line)}, not ${quote(due)}`;
    }
  }

  /**
   * @param whole the container came to its end; else the beginning of what it prints will do
   * @returns what is wrong; undefined where every line was there once, in order
   */
  result(whole: boolean): string | undefined {
    if (this.expected instanceof RegExp) {
      const text = this.text.join('\n');
      return this.expected.test(text) || (!whole && text === '') ? undefined : `printed ${quote(text)}`;
    }
    const { length } = this.expected;
    const short = Array.isArray(this.expected) && whole && this.count !== length;
    return this.wrong ?? (short ? `${this.count} lines, not ${length}` : undefined);
  }
}

function quote(line: string | undefined): string {
  return line === undefined ? 'nothing' : JSON.stringify(line.slice(0, 120));
}
