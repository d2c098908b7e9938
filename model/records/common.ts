import * as z from 'zod';

/**
 * Records: the JSON lines that Afterlog itself writes to Loki, in streams
 * `{service_name="afterlog", record="<kind>", cluster="…"}`. The entry's timestamp is when the thing happened.
 * A later record with the same `id` replaces the earlier one.
 */
export const RECORD_SERVICE = 'afterlog';
export const RECORD_VERSION = 2;

/** RFC 3339, UTC, nine fractional digits (`formatNs`). */
export const time = z.string();
