import type { PanelOptionsEditorBuilder, SelectableValue, SelectFieldConfigSettings } from '@grafana/data';
import type { LogStatus } from '../../model/records';
import { t } from '../shared/texts';
import { ROW_HEIGHTS } from '../timeline/geometry/layout';
import { GROUPINGS, SORTINGS } from '../timeline/model/orders';
import { LOG_STATUSES } from '../timeline/model/spans';
import { groupingText, rowHeightText, sortingText } from '../timeline/view/choices';
import { DEFAULTS, type JobTimelineOptions, VIEWS } from './options';

type Builder = PanelOptionsEditorBuilder<JobTimelineOptions>;

/** The panel's options as Grafana's editor offers them, and their defaults. */
export function addOptions(builder: Builder): void {
  addShape(builder);
  addFilters(builder);
  addData(builder);
}

function addShape(builder: Builder): void {
  const category = [t('panel.category.shape', 'Timeline')];
  const showIf = ({ view }: JobTimelineOptions) => view === 'timeline';
  const viewTexts: Record<JobTimelineOptions['view'], string> = {
    timeline: t('panel.view.timeline', 'Timeline'),
    table: t('panel.view.table', 'Table'),
  };
  builder
    .addRadio({
      ...{ path: 'view', category, defaultValue: DEFAULTS.view },
      name: t('panel.option.view', 'View'),
      settings: { options: VIEWS.map((value) => ({ value, label: viewTexts[value] })) },
    })
    .addSelect({
      ...{ path: 'groupBy', category, defaultValue: DEFAULTS.groupBy, showIf },
      name: t('timeline.toolbar.group', 'Group by'),
      settings: { options: GROUPINGS.map((value) => ({ value, label: groupingText(value) })) },
    })
    .addSelect({
      ...{ path: 'sort', category, defaultValue: DEFAULTS.sort, showIf },
      name: t('timeline.toolbar.sort', 'Sort'),
      settings: { options: SORTINGS.map((value) => ({ value, label: sortingText(value) })) },
    })
    .addSelect({
      ...{ path: 'rowHeight', category, defaultValue: DEFAULTS.rowHeight, showIf },
      name: t('panel.option.row-height', 'Height of rows'),
      settings: { options: ROW_HEIGHTS.map((value) => ({ value, label: rowHeightText(value) })) },
    })
    .addBooleanSwitch({
      ...{ path: 'lanes', category, defaultValue: DEFAULTS.lanes, showIf },
      name: t('timeline.option.lanes', 'Disk use of nodes'),
      description: t(
        'panel.option.lanes-what',
        'A lane above the Job runs of each node, where rows are grouped by node.'
      ),
    })
    .addBooleanSwitch({
      ...{ path: 'pressure', category, defaultValue: DEFAULTS.pressure, showIf },
      name: t('timeline.option.pressure', 'DiskPressure bands'),
    })
    .addBooleanSwitch({
      ...{ path: 'others', category, defaultValue: DEFAULTS.others },
      name: t('timeline.option.others', 'Containers of no Job'),
    })
    .addBooleanSwitch({
      ...{ path: 'legend', category, defaultValue: DEFAULTS.legend, showIf },
      name: t('timeline.option.legend', 'Legend'),
    });
}

function addFilters(builder: Builder): void {
  const category = [t('panel.category.filters', 'Filters')];
  const names = [
    ['cluster', t('panel.option.cluster', 'Cluster')],
    ['namespace', t('panel.option.namespace', 'Namespace')],
    ['node', t('panel.option.node', 'Node')],
    ['job', t('panel.option.job', 'Job, CronJob or workload')],
  ] as const;
  for (const [path, name] of names) {
    builder.addTextInput({
      ...{ path, name, category, defaultValue: DEFAULTS[path] },
      description: t('panel.option.pattern', 'A regular expression for the whole name, variables allowed. Empty: all.'),
      settings: { placeholder: '.*' },
    });
  }
  builder.addMultiSelect<LogStatus, SelectFieldConfigSettings<LogStatus>>({
    ...{ path: 'statuses', category },
    name: t('panel.option.statuses', 'Log in Loki'),
    settings: { options: [], getOptions: statusOptions },
  });
}

/** With the catalogue that names statuses: it is loaded when the options are edited, not with every dashboard. */
async function statusOptions(): Promise<Array<SelectableValue<LogStatus>>> {
  const { statusText } = await import(/* webpackChunkName: "status-options" */ '../shared/words');
  return LOG_STATUSES.map((value) => ({ value, label: statusText(value) }));
}

function addData(builder: Builder): void {
  const category = [t('panel.category.records', 'Records of Afterlog')];
  const readAll = (options: JobTimelineOptions) => options.readAll;
  builder
    .addBooleanSwitch({
      ...{ path: 'readAll', category, defaultValue: DEFAULTS.readAll },
      name: t('panel.option.read-all', 'Read all records'),
      description: t(
        'panel.option.read-all-what',
        'The query names the Loki and the streams, and the panel reads all records of the range page by page. Off: only the lines that the query gave are drawn, as many as its line limit.'
      ),
    })
    .addSelect({
      ...{ path: 'logs', category, defaultValue: DEFAULTS.logs },
      name: t('panel.option.logs', 'Labels of containers’ logs'),
      description: t('panel.option.logs-what', 'Whose labels the logs have in Loki, for showing a container’s log.'),
      settings: {
        options: [
          { value: 'afterlog', label: 'Afterlog' },
          { value: 'k8s-monitoring', label: 'k8s-monitoring-helm' },
          { value: 'alloy', label: 'Grafana Alloy' },
          { value: 'promtail', label: 'Promtail' },
        ],
      },
      showIf: readAll,
    });
}
