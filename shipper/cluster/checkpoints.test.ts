import { Checkpoints } from './checkpoints';
import { DueQueue } from './core/due-queue';

describe('Checkpoints', () => {
  const noted = () => {
    const checkpoints = new Checkpoints();
    [10, 20, 30].forEach((at) => checkpoints.note({ at, versions: new Map([['pods', `v${at}`]]) }));
    return checkpoints;
  };

  it('are complete up to the last one before the oldest change that waits', () => {
    expect(noted().complete(Infinity)?.at).toBe(30);
    expect(noted().complete(25)?.at).toBe(20);
    expect(noted().complete(20)?.at).toBe(10);
    expect(noted().complete(5)).toBeUndefined();
  });

  it('never go back', () => {
    const checkpoints = noted();
    expect(checkpoints.complete(25)?.at).toBe(20);
    expect(checkpoints.complete(15)).toBeUndefined();
    expect(checkpoints.complete(Infinity)?.at).toBe(30);
  });
});

describe('DueQueue', () => {
  it('gives out what is due, once, and remembers since when the oldest that matters has been waiting', () => {
    const queue = new DueQueue();
    queue.put('minor', 5);
    queue.put('a', 10, 3);
    queue.put('a', 20, 8);
    queue.put('b', 15, 9);
    expect(queue.oldest()).toBe(3);
    expect(queue.take({ now: 15, limit: 9, early: false })).toEqual(['minor', 'b']);
    expect(queue.take({ now: 15, limit: 9, early: false })).toEqual([]);
    expect(queue.take({ now: 15, limit: 9, early: true })).toEqual(['a']);
    expect(queue.oldest()).toBe(Infinity);
  });

  it('gives out no more than asked for', () => {
    const queue = new DueQueue();
    ['a', 'b', 'c'].forEach((id) => queue.put(id, 0));
    expect(queue.take({ now: 1, limit: 2, early: false })).toEqual(['a', 'b']);
    expect(queue.size).toBe(1);
  });
});
