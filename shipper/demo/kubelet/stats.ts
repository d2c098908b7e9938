import * as z from 'zod';
import type { FilesystemReader } from '../../node/disk/filesystem';
import { parseStatsSummary } from '../../node/disk/stats-summary';
import type { StatsSample } from '../replay/recording';

/** The sample in force at a moment: the newest until then, before the first one the first. */
export function sampleAt<T extends { t: number }>(samples: readonly T[], at: number): T | undefined {
  return samples.findLast(({ t }) => t <= at) ?? samples[0];
}

/** When the kubelet measured; it hands out the same numbers for some ten seconds. */
const measuredSchema = z.object({ node: z.object({ fs: z.object({ time: z.iso.datetime() }) }) });

function measuredAt({ t, summary }: StatsSample): number {
  const measured = measuredSchema.safeParse(summary);
  return measured.success ? Date.parse(measured.data.node.fs.time) : t;
}

/**
 * The recorded node's file systems, for an agent whose directories lie on another machine's disk. nodefs and imagefs of
 * that node were one disk.
 * @param now recorded time, milliseconds since 1970
 */
export function recordedFilesystem(samples: readonly StatsSample[], now: () => number): FilesystemReader {
  const measured = samples.map((sample) => ({
    t: measuredAt(sample),
    filesystem: parseStatsSummary(sample.summary).nodefs,
  }));
  return () => {
    const filesystem = sampleAt(measured, now())?.filesystem;
    return Promise.resolve(filesystem ? { filesystem, device: 0 } : undefined);
  };
}
