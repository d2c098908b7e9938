import * as z from 'zod';
import { logLayoutSchema, OWN_LAYOUT, presetSchema } from '../../model/log-layouts';

/** The streams of Afterlog's records, unless somebody labels them otherwise. */
export const RECORD_SELECTOR = '{service_name="afterlog"}';

/** Whether a text can be a stream selector: Loki itself says what else is wrong with it. */
export const isSelector = (text: string): boolean => /^\s*\{.*[^\s].*\}\s*$/.test(text);

const settingsSchema = z.object({
  /** The UID of the Loki data source that Afterlog's agents write to. */
  lokiUid: z.string().min(1).optional().catch(undefined),
  /** LogQL's stream selector of Afterlog's records. */
  recordSelector: z.string().refine(isSelector).catch(RECORD_SELECTOR),
  /** How the containers' logs are labelled. */
  logs: z.union([logLayoutSchema, presetSchema]).catch(OWN_LAYOUT),
});

/** The app's settings, with defaults for what nobody set. */
export type Settings = z.output<typeof settingsSchema>;

/** The app's `jsonData` as it is saved, or provisioned. */
export type JsonData = Partial<Settings>;

/** @param jsonData as Grafana keeps it; nothing where the app was never configured */
export const settingsOf = (jsonData: unknown): Settings => settingsSchema.parse(jsonData ?? {});
