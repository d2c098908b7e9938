import { statSync } from 'node:fs';

/** Times of directories are as coarse as the kernel's tick: what changes just after a look may leave the same time. */
const COARSE_MS = 50;

/** Tells by a directory's time whether names in it may have come or gone since it was listed. */
export class DirectoryTime {
  private listed = NaN;
  /** The directory was older than a tick when it was listed: any later change shows in its time. */
  private firm = false;

  constructor(private readonly path: string) {}

  /** The directory is listed next. */
  note(): void {
    this.listed = this.read();
    this.firm = Date.now() - this.listed > COARSE_MS;
  }

  /** The directory's time when it was listed, milliseconds since 1970; null where it was not there. */
  get mtimeMs(): number | null {
    return Number.isNaN(this.listed) ? null : this.listed;
  }

  /** Whether names may have come or gone since. */
  get changed(): boolean {
    return !this.firm || this.read() !== this.listed;
  }

  /** NaN, which equals nothing, where there is none. */
  private read(): number {
    try {
      return statSync(this.path, { throwIfNoEntry: false })?.mtimeMs ?? NaN;
    } catch {
      return NaN; // whoever lists it says why it cannot be read
    }
  }
}
