import { RequestError } from '../common/request-error';

/**
 * The bytes of request bodies that may be in memory at once. Who comes when they are taken waits, first come, first
 * served: so that many large pushes at a time cost time, not memory.
 */
export class BodyBudget {
  private readonly waiting: Array<{ bytes: number; start: () => void }> = [];
  private free: number;

  /** @param maxWaiting how many requests may wait */
  constructor(
    bytes: number,
    private readonly maxWaiting: number
  ) {
    this.free = bytes;
  }

  /**
   * Does something that holds so many bytes.
   *
   * @throws RequestError 429 where too many wait already
   */
  async with<T>(bytes: number, task: () => Promise<T>): Promise<T> {
    if (this.waiting.length > 0 || bytes > this.free) {
      if (this.waiting.length >= this.maxWaiting) {
        throw new RequestError(429, 'too many large requests at once: send fewer, or try again later');
      }
      await new Promise<void>((start) => this.waiting.push({ bytes, start }));
    } else {
      this.free -= bytes;
    }
    try {
      return await task();
    } finally {
      this.free += bytes;
      this.wake();
    }
  }

  private wake(): void {
    for (let next = this.waiting[0]; next && next.bytes <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.bytes;
      next.start();
    }
  }
}
