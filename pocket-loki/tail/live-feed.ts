import type { Stored } from '../storage/log-storage';

export type Listener = (stored: readonly Stored[]) => void;

/** Tells those who follow the log what was stored. */
export class LiveFeed {
  private readonly listeners = new Set<Listener>();

  get size(): number {
    return this.listeners.size;
  }

  /** @returns what ends the subscription */
  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  publish(stored: readonly Stored[]): void {
    for (const listener of this.listeners) {
      listener(stored);
    }
  }
}
