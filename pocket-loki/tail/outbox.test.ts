import { noLabels } from '../common/labels';
import { Outbox } from './outbox';

describe('what a follower has yet to get', () => {
  const row = (time: number) => ({
    time: BigInt(time),
    line: `${time}`,
    labels: { stream: noLabels, metadata: noLabels, parsed: noLabels },
  });
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, i) => row(from + i));
  const taken = (outbox: Outbox, now: number) => {
    const message = outbox.take(now);
    return message && { rows: message.rows.map(({ line }) => Number(line)), dropped: message.dropped.length };
  };

  it('comes by time, after the delay', () => {
    const outbox = new Outbox(1000);
    outbox.add([row(5), row(3)], 0);
    outbox.add([row(4)], 500);
    expect(taken(outbox, 999)).toBeUndefined();
    expect(taken(outbox, 1000)).toEqual({ rows: [3, 5], dropped: 0 });
    expect(taken(outbox, 1500)).toEqual({ rows: [4], dropped: 0 });
  });

  it('comes in messages of a hundred, and tells what had to be dropped', () => {
    const outbox = new Outbox(0);
    outbox.add(rows(0, 900), 0);
    outbox.add(rows(900, 300), 0);
    expect(taken(outbox, 0)).toEqual({ rows: Array.from({ length: 100 }, (_, i) => i), dropped: 200 });
    outbox.add(rows(2000, 100), 0);
    const messages = Array.from({ length: 10 }, () => taken(outbox, 0));
    expect(messages.map((message) => [message?.rows.length, message?.dropped])).toEqual(
      Array.from({ length: 10 }, () => [100, 0])
    );
    expect(taken(outbox, 0)).toBeUndefined();
  });

  it('reports a thousand dropped entries at most', () => {
    const outbox = new Outbox(0);
    outbox.add(rows(0, 5000), 0);
    outbox.add(rows(5000, 5000), 0);
    expect(taken(outbox, 0)?.dropped).toBe(1000);
  });
});
