import type { PanelProps } from '@grafana/data';
import type { JobTimelineOptions } from './options';

/** The panel with options that are as they should be. */
export type JobTimelineProps = PanelProps<JobTimelineOptions>;
