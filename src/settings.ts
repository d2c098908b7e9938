import { z } from 'zod';

const settingsSchema = z.object({
  /** The UID of the Loki data source that Afterlog's agents write to. */
  lokiUid: z.string().min(1).optional().catch(undefined),
});

/** The app's `jsonData`, from the configuration page or from provisioning. */
export type Settings = z.infer<typeof settingsSchema>;

/** @param jsonData as Grafana keeps it; nothing where the app was never configured */
export const settingsOf = (jsonData: unknown): Settings => settingsSchema.parse(jsonData ?? {});
