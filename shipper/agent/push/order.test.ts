import type { ContainerLog } from '../container/container-log';
import { Order } from './order';
import { PushStream } from './stream';

/** A container as far as the order looks at it. */
const container = (unacked: number, reclaimable: boolean) => ({ unacked, reclaimable }) as ContainerLog;

function streamOf(labels: string, ...containers: ContainerLog[]): PushStream {
  const stream = new PushStream(labels, null, null, { batchBytes: 1024, maxLineBytes: 1024 });
  containers.forEach((one) => stream.containers.add(one));
  return stream;
}

const running = container(5, false);
const large = container(900, true);
const small = container(20, true);
const streams = () => [
  streamOf('running', running),
  streamOf('large', large),
  streamOf('small', container(500, false), small),
];

function taken(order: Order): string[] {
  const labels: string[] = [];
  for (let stream = order.next(); stream; stream = order.next()) {
    labels.push(stream.labels);
  }
  return labels;
}

test('streams take turns in the order in which they came', () => {
  const order = new Order();
  streams().forEach((stream) => order.add(stream));
  expect(taken(order)).toEqual(['running', 'large', 'small']);
});

test('in priority what may be deleted goes first, the smallest remainder first of all', () => {
  const order = new Order();
  order.priority = true;
  streams().forEach((stream) => order.add(stream));
  expect(taken(order)).toEqual(['small', 'large', 'running']);
  const mixed = streamOf('mixed', running, large, small);
  expect(order.containersOf(mixed)).toEqual([small, large, running]);
});

test('when it is over, they take turns again', () => {
  const order = new Order();
  order.priority = true;
  streams().forEach((stream) => order.add(stream));
  order.priority = false;
  expect(taken(order)).toEqual(['running', 'large', 'small']);
  expect(order.containersOf(streamOf('mixed', running, large, small))).toEqual([running, large, small]);
});
