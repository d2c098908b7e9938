// What is imported here is loaded with every dashboard that has such a panel, before it is drawn: at most 20 kB gzip.
import '../shared/public-path';
import React, { lazy, Suspense } from 'react';
import { FieldConfigProperty, PanelPlugin, type PanelProps } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';
import { translated } from '../shared/translated';
import { initTranslations } from '../shared/translations';
import type { JobTimelineOptions } from './options';
import { addOptions } from './options-editor';

const TimelinePanel = lazy(() => translated(import(/* webpackChunkName: "panel" */ './TimelinePanel')));

const LazyTimelinePanel = (props: PanelProps<JobTimelineOptions>) => (
  <Suspense fallback={<LoadingPlaceholder text="" />}>
    <TimelinePanel {...props} />
  </Suspense>
);

/** Of Grafana's field options: value mappings give states their colours, data links lead on from a container. */
const TAKEN = [FieldConfigProperty.Mappings, FieldConfigProperty.Links];

export const plugin = new PanelPlugin<JobTimelineOptions>(LazyTimelinePanel)
  .setNoPadding()
  // Without this Grafana hands the dashboard's annotations to no panel.
  .setDataSupport({ annotations: true })
  .useFieldConfig({ disableStandardOptions: Object.values(FieldConfigProperty).filter((one) => !TAKEN.includes(one)) })
  .setPanelOptions(addOptions);

// The texts of the options; what is drawn waits for its own.
void initTranslations();
