import { createReadStream, createWriteStream, existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { extract } from 'tar-stream';
import * as z from 'zod';
import { UserError } from '../../common/user-error';
import { DEFAULT_RECORDING } from './recordings';
import { errorText } from '../../../model/error-text';

/** What was seen of one file or directory (its path then ends in `/`) under `/var/log/pods` at one moment. */
const observationSchema = z.object({
  t: z.string().transform((text) => Date.parse(text)),
  event: z.enum(['created', 'grown', 'renamed', 'gone']),
  path: z.string(),
  /** The path before, for `renamed`. */
  from: z.string().optional(),
  inode: z.number(),
  size: z.number(),
});
/** `t` in milliseconds since 1970, `size` in bytes. */
export type Observation = z.infer<typeof observationSchema>;

const containerStatusSchema = z.object({
  name: z.string(),
  restartCount: z.number(),
  containerID: z.string().optional(),
});
const podEventSchema = z.object({
  object: z.object({
    metadata: z.object({ namespace: z.string(), name: z.string(), uid: z.string() }),
    status: z.object({
      initContainerStatuses: z.array(containerStatusSchema).optional(),
      containerStatuses: z.array(containerStatusSchema).optional(),
      ephemeralContainerStatuses: z.array(containerStatusSchema).optional(),
    }),
  }),
});
export type PodEvent = z.infer<typeof podEventSchema>;

const nodeEventSchema = z.object({ object: z.object({ metadata: z.object({ name: z.string() }) }) });

const statsSchema = z.object({ t: z.string().transform((text) => Date.parse(text)), summary: z.unknown() });
/** `t` in milliseconds since 1970. */
export type StatsSample = z.infer<typeof statsSchema>;

/** A recorded node; `README.md` beside the files says what is in each. */
export class Recording {
  constructor(private readonly dir: string) {}

  /**
   * A recording of this repository. The program runs bundled in `build/` or from its sources, so it is looked for
   * upwards from either.
   * @throws UserError for a name that is none, or where there are no recordings
   */
  static find(name: string = DEFAULT_RECORDING, from: string = __dirname): Recording {
    for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) {
      const recordings = join(dir, 'tests', 'recording');
      if (existsSync(recordings)) {
        const names = readdirSync(recordings).sort();
        if (!names.includes(name)) {
          throw new UserError(`no recording is called "${name}"; there are ${names.join(' and ')}`);
        }
        return new Recording(join(recordings, name));
      }
    }
    throw new UserError('the npm package has no recordings: run the demo in a checkout of the repository (npm start)');
  }

  /** The name of the recorded node. */
  async nodeName(): Promise<string> {
    const [first] = await this.watchStream('nodes');
    return nodeEventSchema.parse(JSON.parse(first ?? 'null')).object.metadata.name;
  }

  /** The life of the files under `/var/log/pods`, in order. */
  observations(): Promise<Observation[]> {
    return readJsonLines(join(this.dir, 'log-files.jsonl'), observationSchema);
  }

  /** The API server's watch stream of a kind, in order: `{"type":…,"object":…}`. */
  watchStream(resource: string): Promise<string[]> {
    return this.lines(join('api', `${resource}.watch.jsonl`));
  }

  /** The kubelet's log: klog text, in UTC; where the kubelet was started again with `logging.format: json`, then that. */
  async kubeletLog(): Promise<string[]> {
    const names = ['kubelet.log', 'kubelet.json.log'].filter((name) => existsSync(join(this.dir, 'kubelet', name)));
    return (await Promise.all(names.map((name) => this.lines(join('kubelet', name))))).flat();
  }

  /** The kubelet's answer to `/configz`, at the start. */
  configz(): Promise<string> {
    return readFile(join(this.dir, 'kubelet', 'configz.json'), 'utf8');
  }

  /** The kubelet's answer to `/metrics`, at the end. */
  metrics(): Promise<string> {
    return readFile(join(this.dir, 'kubelet', 'metrics.txt'), 'utf8');
  }

  /** The kubelet's answers to `/stats/summary`, oldest first. */
  statsSummaries(): Promise<StatsSample[]> {
    return readJsonLines(join(this.dir, 'kubelet', 'stats-summary.jsonl'), statsSchema);
  }

  /** The API server's watch stream of pods, in order. */
  podEvents(): Promise<PodEvent[]> {
    return readJsonLines(join(this.dir, 'api', 'pods.watch.jsonl'), podEventSchema);
  }

  private async lines(path: string): Promise<string[]> {
    return splitLines(await readFile(join(this.dir, path), 'utf8'));
  }

  /** Unpacks the bytes of all log files into a directory; returns their sizes by path in it. */
  async unpack(target: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    const entries = extract();
    const write = async () => {
      for await (const entry of entries) {
        const path = normalize(entry.header.name);
        if (entry.header.type === 'file' && !path.startsWith('..')) {
          await mkdir(dirname(join(target, path)), { recursive: true });
          await pipeline(entry, createWriteStream(join(target, path)));
          sizes.set(path, entry.header.size ?? 0);
        } else {
          entry.resume();
        }
      }
    };
    const packed = createReadStream(join(this.dir, 'pods.tar.br'));
    await Promise.all([pipeline(packed, createBrotliDecompress(), entries), write()]);
    return sizes;
  }
}

const splitLines = (text: string) => text.split('\n').filter((line) => line !== '');

async function readJsonLines<T>(file: string, schema: z.ZodType<T>): Promise<T[]> {
  return splitLines(await readFile(file, 'utf8')).map((line, index) => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (error) {
      throw new Error(`${file}, line ${index + 1}: ${errorText(error)}`);
    }
  });
}
