import type { KubeletEvent } from './events';
import { type Reclaim, ReclaimAssembler } from './reclaim';

const id = (n: number): string => n.toString(16).padStart(64, '0');
const removed = (n: number): KubeletEvent => ({ type: 'container-removed', containerId: id(n) });
const begin: KubeletEvent = { type: 'reclaim-begin', resource: 'ephemeral-storage' };
const relieved: KubeletEvent = { type: 'relieved', resource: 'ephemeral-storage' };
const image: KubeletEvent = { type: 'image-removed', image: 'sha256:1', bytes: 100 };

/** Feeds events a second apart, from the given second on. */
function feed(assembler: ReclaimAssembler, events: KubeletEvent[], from = 0): Reclaim[] {
  return events.flatMap((event, index) => assembler.feed(event, BigInt(from + index) * 1_000_000_000n));
}

const brief = (reclaims: Reclaim[]) =>
  reclaims.map(({ containers, images, outcome, resource, trigger }) => ({
    trigger,
    resource,
    containers: containers.map(({ containerId }) => parseInt(containerId, 16)),
    images: images.length,
    outcome,
  }));

describe('ReclaimAssembler', () => {
  test('puts a whole reclaim together, without the removals before and after it', () => {
    const closed = feed(new ReclaimAssembler(), [
      removed(1),
      begin,
      removed(2), // before "attempting to delete unused containers": another part of the kubelet
      { type: 'containers-begin' },
      removed(3),
      removed(4),
      removed(4),
      { type: 'images-begin' },
      removed(5),
      image,
      relieved,
      removed(6),
    ]);
    expect(brief(closed)).toEqual([
      { trigger: 'eviction', resource: 'ephemeral-storage', containers: [3, 4], images: 1, outcome: 'relieved' },
    ]);
    expect(closed[0]).toMatchObject({ start: 1_000_000_000n, end: 10_000_000_000n });
  });

  test('names the pods that were evicted because it did not suffice', () => {
    const closed = feed(new ReclaimAssembler(), [
      begin,
      { type: 'containers-begin' },
      removed(1),
      { type: 'images-begin' },
      { type: 'must-evict', resource: 'ephemeral-storage' },
      { type: 'ranked', pods: ['a/b', 'c/d'] },
      { type: 'pod-evicted', pods: ['a/b'] },
      { type: 'evicted-waiting', pods: ['a/b'] },
    ]);
    expect(closed).toHaveLength(1);
    expect(closed[0]).toMatchObject({ outcome: 'evicting', evicted: ['a/b'] });
  });

  test('does not count a container whose removal failed', () => {
    const closed = feed(new ReclaimAssembler(), [
      begin,
      { type: 'containers-begin' },
      removed(1),
      { type: 'container-kept', containerId: id(1), error: 'busy' },
      removed(2),
      relieved,
    ]);
    expect(brief(closed)[0]?.containers).toEqual([2]);
    expect(closed[0]?.failed).toEqual([id(1)]);
  });

  test('closes what broke off when the next begins, and says that it does not know how it went', () => {
    const assembler = new ReclaimAssembler();
    const closed = feed(assembler, [
      begin,
      { type: 'containers-begin' },
      removed(1),
      begin,
      { type: 'containers-begin' },
    ]);
    expect(brief(closed)).toMatchObject([{ containers: [1], outcome: 'unknown' }]);
    expect(brief(assembler.end())).toMatchObject([{ containers: [], outcome: 'unknown' }]);
  });

  test('a log that starts in the middle still tells of the containers', () => {
    const closed = feed(new ReclaimAssembler(), [{ type: 'containers-begin' }, removed(1), relieved]);
    expect(brief(closed)).toMatchObject([{ resource: null, containers: [1], outcome: 'relieved' }]);
  });

  test('a removal long after the log fell silent is not part of the reclaim', () => {
    const assembler = new ReclaimAssembler();
    feed(assembler, [begin, { type: 'containers-begin' }, removed(1)]);
    const closed = feed(assembler, [removed(2)], 200);
    expect(brief(closed)).toMatchObject([{ containers: [1], outcome: 'unknown' }]);
    expect(assembler.openSince).toBeUndefined();
  });

  test('tells the periodic image GC apart, which ends without a word', () => {
    const assembler = new ReclaimAssembler();
    feed(assembler, [{ type: 'image-gc-begin', usagePercent: 87, bytesToFree: 1 }, image, removed(1)]);
    expect(assembler.openSince).toBe(0n);
    expect(brief(assembler.expire(60_000_000_000n))).toEqual([
      { trigger: 'image-gc', resource: null, containers: [], images: 1, outcome: 'unknown' },
    ]);
  });

  test('tells of tries that removed nothing once in five minutes', () => {
    const assembler = new ReclaimAssembler();
    const tries = Array.from({ length: 60 }, (_, n) =>
      feed(assembler, [begin, { type: 'containers-begin' }, { type: 'images-begin' }, relieved], n * 10)
    ).flat();
    expect(tries).toHaveLength(2);
  });
});
