import * as z from 'zod';
import { parseNs } from '../../../model/time';
import type { LineParser, StreamIndex } from './cri';

const NANOS = 1_000_000_000n;

const lineSchema = z.object({
  log: z.string(),
  stream: z.enum(['stdout', 'stderr']).default('stdout'),
  time: z.string(),
});

/**
 * Lines of Docker's json-file log driver: `{"log":"text\n","stream":"stdout","time":"…"}`. A `log` without a newline at
 * its end goes on in the next line.
 */
export class DockerJsonParser implements LineParser {
  seconds = 0;
  nanos = 0;
  stream: StreamIndex = 0;
  partial = false;
  from = 0;
  to = 0;
  decoded: Buffer | null = null;

  parse(memory: Buffer, start: number, end: number): boolean {
    let value: unknown;
    try {
      value = JSON.parse(memory.toString('utf8', start, end));
    } catch {
      return false; // not JSON: the caller keeps the line as it is
    }
    const line = lineSchema.safeParse(value);
    const time = line.success ? parseNs(line.data.time) : undefined;
    if (!line.success || time === undefined) {
      return false;
    }
    const { log, stream } = line.data;
    this.nanos = Number(((time % NANOS) + NANOS) % NANOS);
    this.seconds = Number((time - BigInt(this.nanos)) / NANOS);
    this.stream = stream === 'stdout' ? 0 : 1;
    this.partial = !log.endsWith('\n');
    this.decoded = Buffer.from(this.partial ? log : log.slice(0, -1));
    return true;
  }
}
