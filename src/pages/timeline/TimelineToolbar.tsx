import React, { type ReactNode } from 'react';
import { t } from '../../shared/texts';
import { Dropdown, Input, Menu, RadioButtonGroup, Select, Stack, TimeZonePicker, ToolbarButton } from '@grafana/ui';
import { ROW_HEIGHTS } from '../../timeline/geometry/layout';
import { GROUPINGS, SORTINGS } from '../../timeline/model/orders';
import { groupingText, rowHeightText, sortingText } from '../../timeline/view/choices';
import type { ViewState } from './view-state';

interface TimelineToolbarProps {
  state: ViewState;
  onChange: (change: Partial<ViewState>) => void;
  /** A factor under 1 goes nearer. */
  onZoom: (factor: number) => void;
  /** undefined while all is shown. */
  onWhole: (() => void) | undefined;
  /** As Grafana names it. */
  timeZone: string;
  onTimeZone: (timeZone: string) => void;
  share: ReactNode;
}

/** How the timeline is shown: grouping, order, zoom, and what belongs to the picture. */
export function TimelineToolbar(props: TimelineToolbarProps) {
  const { state, onChange, onZoom, onWhole, timeZone, onTimeZone, share } = props;
  return (
    <Stack direction="row" gap={1} alignItems="center" wrap="wrap">
      <RadioButtonGroup
        aria-label={t('timeline.toolbar.group', 'Group by')}
        options={GROUPINGS.map((value) => ({ value, label: groupingText(value) }))}
        value={state.groupBy}
        onChange={(groupBy) => onChange({ groupBy })}
      />
      <Select
        aria-label={t('timeline.toolbar.sort', 'Sort')}
        width={21}
        options={SORTINGS.map((value) => ({ value, label: sortingText(value) }))}
        value={state.sort}
        onChange={({ value }) => value && onChange({ sort: value })}
      />
      <ToolbarButton
        icon="search-plus"
        tooltip={t('timeline.toolbar.zoom-in', 'Zoom in')}
        onClick={() => onZoom(0.5)}
      />
      <ToolbarButton
        icon="search-minus"
        tooltip={t('timeline.toolbar.zoom-out', 'Zoom out')}
        onClick={() => onZoom(2)}
      />
      <ToolbarButton
        icon="arrows-h"
        tooltip={t('timeline.toolbar.whole', 'Show everything')}
        disabled={onWhole === undefined}
        onClick={() => onWhole?.()}
      />
      <ToolbarButton
        icon="table"
        variant={state.asTable ? 'active' : 'default'}
        aria-pressed={state.asTable}
        tooltip={t('timeline.toolbar.table', 'View as table')}
        onClick={() => onChange({ asTable: !state.asTable })}
      />
      <Dropdown overlay={<Options state={state} onChange={onChange} />} placement="bottom-end">
        <ToolbarButton icon="cog" isOpen={false} tooltip={t('timeline.toolbar.options', 'Display options')} />
      </Dropdown>
      {share}
      <TimeZonePicker
        includeInternal
        width={24}
        value={timeZone}
        onChange={(zone) => zone !== undefined && onTimeZone(zone)}
      />
      {state.activity && <ActivityFilters state={state} onChange={onChange} />}
    </Stack>
  );
}

function Options({ state, onChange }: Pick<TimelineToolbarProps, 'state' | 'onChange'>) {
  const item = (label: string, isOn: boolean, change: Partial<ViewState>) => (
    <Menu.Item
      label={label}
      icon={isOn ? 'check-square' : 'square-shape'}
      active={isOn}
      onClick={() => onChange(change)}
    />
  );
  return (
    <Menu>
      {item(t('timeline.option.lanes', 'Disk use of nodes'), state.lanes, { lanes: !state.lanes })}
      {item(t('timeline.option.pressure', 'DiskPressure bands'), state.pressure, { pressure: !state.pressure })}
      {item(t('timeline.option.others', 'Containers of no Job'), state.others, { others: !state.others })}
      {item(t('timeline.option.activity', 'All events of nodes'), state.activity, { activity: !state.activity })}
      {item(t('timeline.option.legend', 'Legend'), state.legend, { legend: !state.legend })}
      <Menu.Divider />
      {ROW_HEIGHTS.map((height) => (
        <Menu.Item
          key={height}
          label={rowHeightText(height)}
          icon={state.rowHeight === height ? 'check' : undefined}
          active={state.rowHeight === height}
          onClick={() => onChange({ rowHeight: height })}
        />
      ))}
    </Menu>
  );
}

/** Which of a node's events are shown, by words. */
function ActivityFilters({ state, onChange }: Pick<TimelineToolbarProps, 'state' | 'onChange'>) {
  const input = (label: string, value: string, change: (words: string) => Partial<ViewState>) => (
    <Input
      width={26}
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={({ currentTarget }) => onChange(change(currentTarget.value))}
    />
  );
  return (
    <>
      {input(t('timeline.toolbar.include', 'Events with one of these words'), state.include, (include) => ({
        include,
      }))}
      {input(t('timeline.toolbar.exclude', 'and with none of these'), state.exclude, (exclude) => ({ exclude }))}
    </>
  );
}
