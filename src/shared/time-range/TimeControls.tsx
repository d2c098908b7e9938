import React from 'react';
import { RefreshPicker, Stack, TimeRangePicker } from '@grafana/ui';
import { t } from '../texts';
import type { PageTime } from './use-time-range';

/** Grafana's time picker and refresh, for a page of its own. */
export function TimeControls({
  time,
  isLoading = false,
  onRefresh = time.refresh,
}: {
  time: PageTime;
  isLoading?: boolean;
  onRefresh?: () => void;
}) {
  const { from, to } = time.span;
  const length = to - from;
  const move = (by: number) => time.setSpan({ from: from + by, to: to + by });
  return (
    <Stack direction="row" gap={1} alignItems="center">
      <TimeRangePicker
        value={time.range}
        timeZone={time.timeZone}
        onChange={time.setRange}
        onChangeTimeZone={time.setTimeZone}
        onMoveBackward={() => move(-length / 2)}
        onMoveForward={() => move(length / 2)}
        onZoom={() => time.setSpan({ from: from - length / 2, to: to + length / 2 })}
      />
      <RefreshPicker
        value={time.refreshInterval}
        tooltip={t('time.refresh', 'Refresh')}
        isLoading={isLoading}
        onRefresh={onRefresh}
        onIntervalChanged={time.setRefreshInterval}
      />
    </Stack>
  );
}
