import React, { useState } from 'react';
import { AppEvents, type TimeRange } from '@grafana/data';
import * as runtime from '@grafana/runtime';
import { config, getAppEvents, locationService } from '@grafana/runtime';
import { Dropdown, Menu, Modal, ToolbarButton } from '@grafana/ui';
import { exploreLink } from '../../data/explore-link';
import type { LokiSource } from '../../data/loki-source';
import type { Filters } from '../../shared/filters';
import { t } from '../../shared/texts';
import type { View } from '../../timeline/geometry/view';
import { panelOf, type TimelinePanel } from './timeline-panel';
import type { ViewState } from './view-state';

interface ShareMenuProps {
  loki: LokiSource;
  state: ViewState;
  filters: Filters;
  view: View;
  range: TimeRange;
}

/** Grafana's own form, from 12.3 on (grafana/grafana, `exposeAddToDashboardForm`). */
const ADD_TO_DASHBOARD = 'grafana/add-to-dashboard-form/v1';
interface AddToDashboardProps {
  onClose: () => void;
  buildPanel: () => TimelinePanel;
  timeRange: TimeRange;
}

/** Grafana 11.0 exposes no components. */
const useExposed: typeof runtime.usePluginComponent =
  'usePluginComponent' in runtime ? runtime.usePluginComponent : () => ({ component: undefined, isLoading: false });

const DASHBOARDS = [
  ['afterlog-job-timelines', () => t('timeline.share.job-timelines', 'Dashboard “Job timelines”')],
  ['afterlog-lost-logs', () => t('timeline.share.lost-logs', 'Dashboard “Lost-log cases”')],
] as const;

/** What is shown, elsewhere: as a link, in Explore, on a dashboard. */
export function ShareMenu({ loki, state, filters, view, range }: ShareMenuProps) {
  const [isAdding, setAdding] = useState(false);
  const { component: AddToDashboard } = useExposed<AddToDashboardProps>(ADD_TO_DASHBOARD);
  const { from, to } = view;
  const menu = (
    <Menu>
      <Menu.Item
        label={t('timeline.share.copy', 'Copy a link with these times')}
        icon="link"
        onClick={() => void copyLink(view)}
      />
      <Menu.Item
        label={t('timeline.share.explore', 'Open the records in Explore')}
        icon="compass"
        url={exploreLink(loki.uid, loki.recordSelector, view)}
      />
      {AddToDashboard && (
        <Menu.Item label={t('timeline.share.add', 'Add to dashboard')} icon="apps" onClick={() => setAdding(true)} />
      )}
      <Menu.Divider />
      {DASHBOARDS.map(([uid, label]) => (
        <Menu.Item
          key={uid}
          label={label()}
          icon="dashboard"
          url={`/d/${uid}?${new URLSearchParams({ 'var-loki': loki.uid, from: `${from}`, to: `${to}` }).toString()}`}
        />
      ))}
    </Menu>
  );
  return (
    <>
      <Dropdown overlay={menu} placement="bottom-end">
        <ToolbarButton
          icon="share-alt"
          isOpen={false}
          tooltip={t('timeline.share.title', 'Share, Explore, dashboards')}
        />
      </Dropdown>
      {isAdding && AddToDashboard && (
        <Modal isOpen title={t('timeline.share.add', 'Add to dashboard')} onDismiss={() => setAdding(false)}>
          <AddToDashboard
            onClose={() => setAdding(false)}
            buildPanel={() => panelOf(loki, state, filters)}
            timeRange={range}
          />
        </Modal>
      )}
    </>
  );
}

/** The address with its times as they are now: a relative range would show something else tomorrow. */
async function copyLink({ from, to }: View): Promise<void> {
  const { pathname, search } = locationService.getLocation();
  const parameters = new URLSearchParams(search);
  parameters.set('from', `${from}`);
  parameters.set('to', `${to}`);
  parameters.delete('refresh');
  const url = `${config.appUrl.replace(/\/$/, '')}${pathname}?${parameters.toString()}`;
  try {
    await navigator.clipboard.writeText(url);
    const copied = [t('timeline.share.copied', 'Link copied')];
    getAppEvents().publish({ type: AppEvents.alertSuccess.name, payload: copied });
  } catch {
    // Without HTTPS browsers lend no clipboard.
    const notCopied = [t('timeline.share.not-copied', 'The browser did not allow to copy the link'), url];
    getAppEvents().publish({ type: AppEvents.alertWarning.name, payload: notCopied });
  }
}
