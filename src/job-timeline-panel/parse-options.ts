import * as z from 'zod';
import { logStatusSchema } from '../../model/records';
import { ROW_HEIGHTS } from '../timeline/geometry/layout';
import { GROUPINGS, SORTINGS } from '../timeline/model/orders';
import { DEFAULTS, type JobTimelineOptions, VIEWS } from './options';

const flag = (name: 'lanes' | 'pressure' | 'others' | 'legend' | 'readAll') => z.boolean().catch(DEFAULTS[name]);
const pattern = z.string().catch('');

const schema = z.object({
  view: z.enum(VIEWS).catch(DEFAULTS.view),
  groupBy: z.enum(GROUPINGS).catch(DEFAULTS.groupBy),
  sort: z.enum(SORTINGS).catch(DEFAULTS.sort),
  rowHeight: z.enum(ROW_HEIGHTS).catch(DEFAULTS.rowHeight),
  ...{ lanes: flag('lanes'), pressure: flag('pressure'), others: flag('others'), legend: flag('legend') },
  readAll: flag('readAll'),
  ...{ cluster: pattern, namespace: pattern, node: pattern, job: pattern },
  statuses: z.array(logStatusSchema).catch([]),
  logs: z.enum(['afterlog', 'k8s-monitoring', 'alloy', 'promtail']).catch(DEFAULTS.logs),
});

/** @param options from a dashboard's JSON: written by hand, by another version, or by somebody else */
export const parseOptions = (options: unknown): JobTimelineOptions => schema.parse(options ?? {});
