import { useEffect, useMemo } from 'react';
import { type BusEvent, DashboardCursorSync, DataHoverClearEvent, DataHoverEvent, type EventBus } from '@grafana/data';
import { usePanelContext } from '@grafana/ui';
import { asyncScheduler, Subject, Subscription, throttleTime } from 'rxjs';
import type { SharedCrosshair } from '../timeline/view/TimelineView';

/** As often as Grafana's own panels tell each other. Milliseconds. */
const EVERY_MS = 100;

/** The crosshair that a dashboard's panels share; undefined where the dashboard shares none (`graphTooltip`). */
export function useCrosshair(eventBus: EventBus): SharedCrosshair | undefined {
  const { sync } = usePanelContext();
  const isShared = (sync?.() ?? DashboardCursorSync.Off) !== DashboardCursorSync.Off;
  const { crosshair, start } = useMemo(() => crosshairOf(eventBus), [eventBus]);
  useEffect(start, [start]);
  return isShared ? crosshair : undefined;
}

/** A crosshair on a bus of Grafana's events. @returns also what lets it speak, until what that returns is called */
export function crosshairOf(eventBus: EventBus): { crosshair: SharedCrosshair; start: () => () => void } {
  // Not every bus says where an event comes from: the panel's own come back to it.
  const own = new WeakSet<BusEvent>();
  const times = new Subject<number | undefined>();
  const report = (time: number | undefined) => {
    const event = time === undefined ? new DataHoverClearEvent() : new DataHoverEvent({ point: { time } });
    own.add(event);
    eventBus.publish(event);
  };
  const start = () => {
    const calm = times.pipe(throttleTime(EVERY_MS, asyncScheduler, { leading: true, trailing: true }));
    const reporting = calm.subscribe(report);
    return () => reporting.unsubscribe();
  };
  const subscribe: SharedCrosshair['subscribe'] = (show) => {
    const heard = new Subscription();
    const hear = (event: BusEvent, time: number | undefined) => own.has(event) || show(time);
    heard.add(eventBus.getStream(DataHoverEvent).subscribe((event) => hear(event, timeOf(event.payload))));
    heard.add(eventBus.getStream(DataHoverClearEvent).subscribe((event) => hear(event, undefined)));
    return () => heard.unsubscribe();
  };
  return { crosshair: { subscribe, publish: (time) => times.next(time) }, start };
}

/** Panels over something else than time report other points. */
function timeOf({ point }: DataHoverEvent['payload']): number | undefined {
  const time: unknown = point?.time;
  return typeof time === 'number' ? time : undefined;
}
