import React from 'react';
import { t } from '../../shared/texts';
import { Dropdown, Menu, RadioButtonGroup, Select, Stack, ToolbarButton } from '@grafana/ui';
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
}

/** How the timeline is shown: grouping, order, zoom, and what belongs to the picture. */
export function TimelineToolbar({ state, onChange, onZoom, onWhole }: TimelineToolbarProps) {
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
