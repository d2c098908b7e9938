import type * as z from 'zod';
import {
  containerRecordSchema,
  diskRecordSchema,
  eventRecordSchema,
  gcRecordSchema,
  jobRecordSchema,
  nodeRecordSchema,
  podRecordSchema,
  thresholdsRecordSchema,
  watchRecordSchema,
} from '../../model/records';
import type { RecordSet } from './record-set';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How a kind of records is read. */
export interface Kind<R> {
  /** The label `record` of its streams. */
  label: string;
  schema: z.ZodType<R>;
  /** How long before the range, in milliseconds, a record may stand that explains something in it. */
  before: number;
  /** Likewise after the range. */
  after: number;
  /**
   * How long before the range a record may stand of what goes on into it: what lives on is written again every six
   * hours. Only records that are not `final` are read there.
   */
  openBefore: number;
  /** There may be so many that they are counted before they are read. */
  isMany: boolean;
}

type Kinds = { [K in keyof RecordSet]: Kind<RecordSet[K][number]> };

const few = { openBefore: 0, isMany: false };
const many = { before: 0, after: HOUR, isMany: true };

/** The kinds in the order of how soon a page wants them. */
export const KINDS: Kinds = {
  nodes: { label: 'node', schema: nodeRecordSchema, before: 25 * HOUR, after: HOUR, ...few },
  gcs: { label: 'gc', schema: gcRecordSchema, before: HOUR, after: HOUR, ...few },
  events: { label: 'event', schema: eventRecordSchema, before: HOUR, after: HOUR, ...few },
  containers: { label: 'container', schema: containerRecordSchema, ...many, openBefore: 0 },
  jobs: { label: 'job', schema: jobRecordSchema, ...many, openBefore: 6.25 * HOUR },
  pods: { label: 'pod', schema: podRecordSchema, ...many, openBefore: 6.25 * HOUR },
  thresholds: { label: 'thresholds', schema: thresholdsRecordSchema, before: 12 * HOUR, after: 0, ...few },
  disks: { label: 'disk', schema: diskRecordSchema, before: 0, after: 0, openBefore: 0, isMany: true },
  watches: { label: 'watch', schema: watchRecordSchema, before: 5 * MINUTE, after: 5 * MINUTE, ...few },
};

export type KindName = keyof Kinds;

/** Of a mapped type, `Object.keys` knows no more than that they are texts. */
export const isKindName = (name: string): name is KindName => name in KINDS;
export const KIND_NAMES: readonly KindName[] = Object.keys(KINDS).filter(isKindName);

/** The kinds that are counted, as LogQL matches their label. */
export const COUNTED = `record=~"${KIND_NAMES.filter((name) => KINDS[name].isMany)
  .map((name) => KINDS[name].label)
  .join('|')}"`;
