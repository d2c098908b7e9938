import { isSame, rounded, type View } from '../geometry/view';

/**
 * The view while it is moved: faster than React renders, and told to the page only when it comes to rest.
 */
export class LiveView {
  private listeners = new Set<() => void>();
  private rest: ReturnType<typeof setTimeout> | undefined;
  private frame: number | undefined;

  /** What the page was given last: it comes back when its address has changed, perhaps amid the next movement. */
  private reported: View | undefined;
  private resters = new Set<(view: View) => void>();

  constructor(private current: View) {}

  get view(): View {
    return this.current;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hears of it when it comes to rest. */
  subscribeRest = (listener: (view: View) => void): (() => void) => {
    this.resters.add(listener);
    return () => this.resters.delete(listener);
  };

  /** Moves it; the page hears of it once nothing has moved for a moment. */
  move(view: View, restMs = 180): void {
    this.show(view);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.report(), restMs);
  }

  /** Goes there in a few steps, or at once for those who do not want movement. */
  glide(to: View): void {
    this.stopGliding();
    if (window.matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.move(to, 0);
      return;
    }
    const from = this.current;
    const began = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, (now - began) / 220);
      const eased = 1 - (1 - part) ** 3;
      const between = (a: number, b: number) => a + (b - a) * eased;
      if (part < 1) {
        this.show({ from: between(from.from, to.from), to: between(from.to, to.to) });
        this.frame = requestAnimationFrame(step);
      } else {
        this.move(to, 0);
      }
    };
    this.frame = requestAnimationFrame(step);
  }

  /** What the page says: the address changed. */
  follow(view: View): void {
    if (this.reported !== undefined && isSame(view, this.reported)) {
      return;
    }
    this.reported = undefined;
    if (!isSame(view, this.current)) {
      this.stopGliding();
      clearTimeout(this.rest);
      this.show(view);
    }
  }

  end(): void {
    this.stopGliding();
    clearTimeout(this.rest);
  }

  private report(): void {
    this.reported = rounded(this.current);
    this.resters.forEach((listener) => listener(this.current));
  }

  private stopGliding(): void {
    if (this.frame !== undefined) {
      cancelAnimationFrame(this.frame);
      this.frame = undefined;
    }
  }

  private show(view: View): void {
    this.current = view;
    this.listeners.forEach((listener) => listener());
  }
}
