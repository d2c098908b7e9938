import { DataHoverClearEvent, DataHoverEvent, EventBusSrv } from '@grafana/data';
import { crosshairOf } from './use-crosshair';

function onBus() {
  const bus = new EventBusSrv();
  const reported: Array<number | undefined> = [];
  bus.subscribe(DataHoverEvent, ({ payload }) => reported.push(payload.point.time ?? undefined));
  bus.subscribe(DataHoverClearEvent, () => reported.push(undefined));
  const { crosshair, start } = crosshairOf(bus);
  const shown: Array<number | undefined> = [];
  crosshair.subscribe((time) => shown.push(time));
  return { bus, reported, shown, crosshair, stop: start() };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

describe('the crosshair', () => {
  it('tells of the first and the last of many movements, and does not hear itself', () => {
    const { reported, shown, crosshair } = onBus();
    [1, 2, 3].forEach((time) => crosshair.publish(time));
    jest.advanceTimersByTime(100);
    crosshair.publish(undefined);
    jest.advanceTimersByTime(100);
    expect(reported).toEqual([1, 3, undefined]);
    expect(shown).toEqual([]);
  });

  it('shows that of others, as long as it is over time', () => {
    const { bus, shown } = onBus();
    bus.publish(new DataHoverEvent({ point: { time: 7 } }));
    bus.publish(new DataHoverEvent({ point: { x: 3 } }));
    bus.publish(new DataHoverClearEvent());
    expect(shown).toEqual([7, undefined, undefined]);
  });

  it('is silent once its panel is gone', () => {
    const { reported, crosshair, stop } = onBus();
    stop();
    crosshair.publish(1);
    jest.advanceTimersByTime(100);
    expect(reported).toEqual([]);
  });
});
