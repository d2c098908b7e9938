import { readFileSync } from 'node:fs';
import path from 'node:path';
import { watchedKinds, type WatchedKind } from '../cluster-state';

const recordings = path.join(__dirname, '../../../tests/recording');

export interface RecordedEvent {
  kind: WatchedKind;
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: { metadata: { name: string; uid: string; resourceVersion: string }; [field: string]: unknown };
  /** The newest time that the cluster had reported until then: about when it happened. Milliseconds since 1970. */
  at: number;
  /** The line as it was recorded. */
  line: string;
}

const timesIn = /"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"/g;

/**
 * The recorded watch streams of all kinds as one, in the order in which the API server made the changes.
 * @param name of a recording in tests/recording
 */
export function recordedEvents(name = 'disk-pressure'): RecordedEvent[] {
  const events = watchedKinds.flatMap((kind) =>
    readFileSync(path.join(recordings, name, 'api', `${kind}.watch.jsonl`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => ({ kind, line, ...(JSON.parse(line) as Pick<RecordedEvent, 'type' | 'object'>), at: 0 }))
  );
  events.sort((a, b) => Number(a.object.metadata.resourceVersion) - Number(b.object.metadata.resourceVersion));
  let newest = 0;
  for (const event of events) {
    // A deletion with a grace period names a time to come.
    const { deletionTimestamp: _, ...metadata } = event.object.metadata as Record<string, unknown>;
    const text = JSON.stringify({ ...event.object, metadata });
    for (const [, time] of text.matchAll(timesIn)) {
      newest = Math.max(newest, Date.parse(time ?? ''));
    }
    event.at = newest;
  }
  return events;
}
