import React, { useCallback, useMemo, useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { config, locationService } from '@grafana/runtime';
import { Button, LinkButton, Stack, useStyles2 } from '@grafana/ui';
import { Trans } from '../../shared/texts';
import { useLoki } from '../../app/app-context';
import { linkTo } from '../../app/link-to';
import { FilterBar, isFiltering, matcherOf, type Names, namesIn, useFilters } from '../../shared/filters';
import { useIsWide } from '../../details/DetailsFrame';
import { LifeDrawer } from '../../details/LifeDrawer';
import { CAPACITY_PATH } from '../../shared/paths';
import { type Records, RecordsStatus, useRecords } from '../../data/records';
import { TimeControls, useTimeRange } from '../../shared/time-range';
import { rounded, spanOf, type View, zoomed } from '../../timeline/geometry/view';
import { recordKey } from '../../../model/records';
import type { ContainerLife } from '../../timeline/model/container-life';
import { nodeKey } from '../../timeline/model/node-key';
import { Legend } from '../../timeline/view/Legend';
import { LifeTable } from '../../timeline/view/LifeTable';
import { TimelineView } from '../../timeline/view/TimelineView';
import { useTimelineData } from '../../timeline/view/use-timeline-data';
import { useLocation } from '../../shared/use-location';
import { FleetNotice } from './FleetNotice';
import { NothingToShow } from './NothingToShow';
import { ShareMenu } from './ShareMenu';
import { TimelineHeadline } from './TimelineHeadline';
import { TimelineToolbar } from './TimelineToolbar';
import { useRemainingHeight } from './use-remaining-height';
import { searchOfViewState, useViewState, wholeOf } from './view-state';

const WANTED = { disks: true, chooseNodes: true };

/** What filters offer: of very many nodes also those that are not read. */
function namesWith({ records, fleet }: Pick<Records, 'records' | 'fleet'>): Names {
  const names = namesIn(records);
  return fleet === undefined ? names : { ...names, node: [...new Set([...names.node, ...fleet.worst])].sort() };
}

/** Job runs over the disks of their nodes: what happened to every log, and why. */
export default function TimelinePage() {
  const styles = useStyles2(getStyles);
  const loki = useLoki();
  const time = useTimeRange();
  const { span, timeZone } = time;
  const [state, changeState] = useViewState();
  const [filters, changeFilters] = useFilters();
  const { from, to } = wholeOf(span, state.whole);
  const whole = useMemo<View>(() => ({ from, to }), [from, to]);
  const { node: nodesAsked, namespace: namespaces, job: jobs } = filters;
  const asked = useMemo(() => ({ nodes: nodesAsked, namespaces, jobs }), [nodesAsked, namespaces, jobs]);
  const records = useRecords(loki, whole, WANTED, time.round, asked);
  const names = useMemo(() => namesWith(records), [records]);
  const passes = useMemo(() => (isFiltering(filters) ? matcherOf(filters) : undefined), [filters]);
  const activity = useMemo(
    () => (state.activity ? { include: state.include, exclude: state.exclude } : undefined),
    [state.activity, state.include, state.exclude]
  );
  const choice = { passes, others: state.others, activity };
  const { lives, nodes, activities, all, now } = useTimelineData(records, choice, time.round, whole);
  const [goTo, setGoTo] = useState<{ nodeKey: string }>();
  const box = useRef<HTMLDivElement>(null);
  const height = useRemainingHeight(box, 420, state.legend ? 64 : 20);

  // What was loaded stays, so that zooming back out reads nothing again.
  const showView = useCallback(
    (view: View) => {
      const { from, to } = rounded(view);
      locationService.partial({
        from: `${from}`,
        to: `${to}`,
        ...searchOfViewState({ whole: wholeOf({ from, to }, whole) }),
      });
    },
    [whole]
  );
  // An entry of the history of its own: the browser's Back closes the drawer before it leaves the app.
  const openLife = useCallback((life: ContainerLife) => locationService.partial({ case: recordKey(life) }), []);
  const close = useCallback(() => changeState({ open: undefined }), [changeState]);
  const opened = useMemo(
    () => (state.open === undefined ? undefined : all.find((life) => recordKey(life) === state.open)),
    [all, state.open]
  );
  const goToNode = (life: ContainerLife) => {
    changeState({ open: undefined, groupBy: 'node', lanes: true });
    setGoTo({ nodeKey: nodeKey(life.cluster, life.node) });
  };
  const isWide = useIsWide();
  const isWhole = span.from === whole.from && span.to === whole.to;
  const isEmpty = lives.length === 0 && nodes.size === 0;
  const nothing = (
    <NothingToShow records={records} filters={filters} hidden={all.length - lives.length} {...{ span, timeZone }} />
  );
  const details = opened && (
    <LifeDrawer
      key={state.open}
      life={opened}
      loki={loki}
      searched={whole}
      timeZone={timeZone}
      ways={<WaysToNode life={opened} onGoToNode={() => goToNode(opened)} />}
      isBeside={isWide}
      onClose={close}
    />
  );
  return (
    <Stack direction="column" gap={1}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <FilterBar filters={filters} onChange={changeFilters} names={names} />
        <TimeControls time={time} isLoading={records.status === 'loading'} />
      </Stack>
      <TimelineToolbar
        state={state}
        onChange={changeState}
        timeZone={timeZone}
        onTimeZone={time.setTimeZone}
        share={<ShareMenu {...{ loki, state, filters }} view={span} range={time.range} />}
        onZoom={(factor) => showView(zoomed(span, factor, span.from + spanOf(span) / 2))}
        onWhole={isWhole ? undefined : () => showView(whole)}
      />
      <RecordsStatus records={records} />
      {records.fleet && <FleetNotice fleet={records.fleet} isNamed={filters.node.length > 0} />}
      <TimelineHeadline {...{ records, filters, span, lives }} onOthers={() => changeState({ others: true })} />
      <div ref={box} className={styles.columns} style={{ height }}>
        <div className={styles.picture}>
          {isEmpty && records.status === 'done' ? (
            nothing
          ) : state.asTable ? (
            <LifeTable lives={lives} view={span} timeZone={timeZone} now={now} onOpen={openLife} />
          ) : (
            <TimelineView
              {...{ lives, nodes, activities, now, whole, timeZone, goTo }}
              view={span}
              onView={showView}
              groupBy={state.groupBy}
              sort={state.sort}
              rowHeight={state.rowHeight}
              showNodeLanes={state.lanes}
              showPressure={state.pressure}
              language={config.bootData?.user?.language ?? 'en-US'}
              onOpen={openLife}
              empty={records.status === 'done' ? nothing : undefined}
            />
          )}
        </div>
        {details}
      </div>
      {state.legend && !state.asTable && <Legend />}
    </Stack>
  );
}

function WaysToNode({ life, onGoToNode }: { life: ContainerLife; onGoToNode: () => void }) {
  const search = useLocation('search');
  return life.node === null ? null : (
    <>
      <Button icon="crosshair" variant="secondary" onClick={onGoToNode}>
        <Trans i18nKey="timeline.drawer.node">Show on the node</Trans>
      </Button>
      <LinkButton icon="database" variant="secondary" href={linkTo(CAPACITY_PATH, search, { node: life.node })}>
        <Trans i18nKey="timeline.drawer.capacity">Capacity of the node</Trans>
      </LinkButton>
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  columns: css({ display: 'flex', gap: theme.spacing(1) }),
  picture: css({ flex: 1, minWidth: 0 }),
});
