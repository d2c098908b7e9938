import * as z from 'zod';
import { recordStateSchema } from './record-state';

const positionSchema = z.object({
  offset: z.number(),
  skip: z.number(),
  lines: z.number(),
  rawSeconds: z.number(),
  rawNanos: z.number(),
  seconds: z.number(),
  nanos: z.number(),
  peak: z
    .object({ rawSeconds: z.number(), rawNanos: z.number(), seconds: z.number(), nanos: z.number() })
    .nullable()
    .default(null),
  unordered: z.number().default(0),
});

const savedFileSchema = z.object({
  /** Of its first line; null where it had none yet: then it is known by its inode. */
  hash: z.string().nullable(),
  ino: z.number().default(0),
  birthMs: z.number().default(0),
  rotated: z.string(),
  /** Bytes as last seen. */
  size: z.number(),
  firstTime: z.string().nullable(),
  acked: positionSchema,
  /** What Loki may have beyond that: see `Sent`. */
  sent: z
    .object({
      offset: z.number(),
      skip: z.number(),
      late: z.boolean(),
      containerId: z.string().nullable(),
      arrivalSeconds: z.number(),
    })
    .optional(),
  /** The file had its full size already. */
  over: z.boolean().default(false),
});
export type SavedFile = z.infer<typeof savedFileSchema>;

/** What is kept of a container run over a restart of the agent. */
export const savedContainerSchema = z.object({
  id: z.string(),
  run: z.object({
    namespace: z.string(),
    pod: z.string(),
    podUid: z.string(),
    container: z.string(),
    restart: z.number(),
  }),
  /** `<pod directory>/<container>`, below the log directory. */
  directory: z.string(),
  /** Labels and annotations of its pod, where the configuration asked for some. */
  pod: z
    .object({ labels: z.record(z.string(), z.string()), annotations: z.record(z.string(), z.string()) })
    .readonly()
    .optional(),
  account: recordStateSchema,
  files: z.array(savedFileSchema),
});
export type SavedContainer = z.infer<typeof savedContainerSchema>;
