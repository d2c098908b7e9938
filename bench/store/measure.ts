import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { labelsOf } from '../../pocket-loki/common/labels';
import { defaultLimits } from '../../pocket-loki/common/limits';
import { runInstantQuery } from '../../pocket-loki/logql/metrics/metric-query';
import { QueryContext } from '../../pocket-loki/logql/pipeline/query-context';
import { parseQuery } from '../../pocket-loki/logql/syntax/parse';
import { encodeMetadata, encodeValue } from '../../pocket-loki/storage/entry';
import { LogStorage } from '../../pocket-loki/storage/log-storage';

const batchLines = 5_000;
const lineMs = 1_000_000n;

/** A line of 155 bytes as services write them: mostly the same words, with numbers that differ. */
function lineOf(i: number): string {
  const random = Math.imul(i + 1, 2_654_435_761) >>> 0;
  const level = i % 50 === 0 ? 'error' : 'info';
  const head = `level=${level} ts=${1_790_000_000 + Math.floor(i / 1000)} caller=handler.go:${100 + (random % 900)} msg="request done" method=GET path=/api/v1/items/${random % 100_000} status=${random % 20 === 0 ? 500 : 200} took=${random % 1000}ms trace=${random.toString(16).padStart(8, '0')}`;
  return head.padEnd(155, '.').slice(0, 155);
}

const metadata = Array.from({ length: 20 }, (_, pod) =>
  encodeMetadata(
    labelsOf([
      ['detected_level', 'info'],
      ['pod', `batch-${pod}`],
    ])
  )
);
const valueOf = (i: number) =>
  encodeValue(metadata[Math.floor(i / 100) % 20] ?? Buffer.alloc(0), Buffer.from(lineOf(i)));

const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

async function timed(task: () => Promise<unknown>): Promise<string> {
  const [cpu, wall] = [cpuSeconds(), performance.now()];
  await task();
  return `${((performance.now() - wall) / 1000).toFixed(2)} s, CPU ${(cpuSeconds() - cpu).toFixed(2)} s`;
}

async function diskBytes(dir: string): Promise<number> {
  const files = await Promise.all((await readdir(dir)).map((name) => stat(join(dir, name))));
  return files.reduce((sum, { size }) => sum + size, 0);
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const peakMemory = () => megabytes(process.resourceUsage().maxRSS * 1024);

async function writeBlocks(dir: string, lines: number): Promise<Record<string, string>> {
  const storage = await LogStorage.open(dir);
  const labels = labelsOf([['app', 'bench']]);
  const written = await timed(async () => {
    for (let from = 0; from < lines; from += batchLines) {
      const entries = Array.from({ length: Math.min(batchLines, lines - from) }, (_, i) => ({
        time: BigInt(from + i) * lineMs,
        value: valueOf(from + i),
        size: 155,
      }));
      await storage.append([{ stream: storage.stream(labels), entries }]);
    }
    await storage.close();
  });
  const disk = await diskBytes(dir);
  return { written, 'disk, a million lines': megabytes((disk / lines) * 1e6), 'peak memory, writing': peakMemory() };
}

async function readBlocks(dir: string, lines: number): Promise<Record<string, string>> {
  const disk = await diskBytes(dir);
  const [started, cpu] = [performance.now(), cpuSeconds()];
  const storage = await LogStorage.open(dir);
  const opened = `${((performance.now() - started) / 1000).toFixed(2)} s, CPU ${(cpuSeconds() - cpu).toFixed(2)} s`;
  const end = BigInt(lines) * lineMs;
  const query = async (text: string) => {
    const expr = parseQuery(text);
    const context = new QueryContext(
      storage,
      { ...defaultLimits, queryTimeout: 600_000 },
      new AbortController().signal
    );
    if (expr.kind === 'log') {
      throw new Error('a metric query is expected');
    }
    return runInstantQuery(context, expr, end);
  };
  const range = `${Math.ceil(lines / 1000) + 1}s`;
  const counted = await timed(() => query(`sum(count_over_time({app="bench"}[${range}]))`));
  const filtered = await timed(() => query(`sum(count_over_time({app="bench"} |= "level=error" [${range}]))`));
  const peak = peakMemory();
  const deleted = await timed(() => storage.deleteBefore((end * 9n) / 10n));
  const left = await diskBytes(dir);
  await storage.close();
  return {
    'start-up': opened,
    'counting all': counted,
    'counting those with a word': filtered,
    'deleting nine tenths': deleted,
    'disk that is left': `${((left / disk) * 100).toFixed(0)} %`,
    'peak memory, reading': peak,
  };
}

async function keys(dir: string, lines: number): Promise<Record<string, string>> {
  const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
  const db = new ClassicLevel<Buffer, Buffer>(dir, { ...binary, writeBufferSize: 16 << 20, maxFileSize: 8 << 20 });
  const keyOf = (i: number) => {
    const key = Buffer.alloc(17);
    key.writeBigUInt64BE(BigInt(i) * lineMs, 5);
    return key;
  };
  const written = await timed(async () => {
    for (let from = 0; from < lines; from += batchLines) {
      const puts = Array.from({ length: Math.min(batchLines, lines - from) }, (_, i) => ({
        type: 'put' as const,
        key: keyOf(from + i),
        value: valueOf(from + i),
      }));
      await db.batch(puts);
    }
    await db.close();
  });
  const disk = await diskBytes(dir);
  await db.open();
  const word = Buffer.from('level=error');
  const filtered = await timed(async () => {
    const iterator = db.iterator({ ...binary, highWaterMarkBytes: 1 << 20 });
    let found = 0;
    for (let some = await iterator.nextv(4096); some.length > 0; some = await iterator.nextv(4096)) {
      found += some.filter(([, value]) => value.includes(word)).length;
    }
    await iterator.close();
    return found;
  });
  const deleted = await timed(() => db.clear({ ...binary, lt: keyOf(Math.floor(lines * 0.9)) }));
  const left = await diskBytes(dir);
  await db.close();
  return {
    written,
    'disk, a million lines': megabytes((disk / lines) * 1e6),
    'counting those with a word': filtered,
    'deleting nine tenths': deleted,
    'disk that is left': `${((left / disk) * 100).toFixed(0)} %`,
    'peak memory': peakMemory(),
  };
}

const measurements: Record<string, (dir: string, lines: number) => Promise<Record<string, string>>> = {
  keys,
  writeBlocks,
  readBlocks,
};

async function main(): Promise<void> {
  const [what = '', lines, dir = ''] = process.argv.slice(2);
  const measurement = measurements[what];
  process.stdout.write(JSON.stringify(await measurement?.(dir, Number(lines))));
}

void main();
