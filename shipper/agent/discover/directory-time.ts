import { statSync } from 'node:fs';

/** Times of directories are as coarse as the kernel's tick: what changes just after a look may leave the same time. */
const COARSE_MS = 50;

/** Tells by a directory's time whether names in it may have come or gone since it was listed. */
export class DirectoryTime {
  private listed: number | null = null;
  /** The directory was older than a tick when it was listed, or not there: any later change shows in its time. */
  private firm = false;

  constructor(private readonly path: string) {}

  /** The directory is listed next. */
  note(): void {
    this.listed = this.read();
    this.firm = this.listed === null || Date.now() - this.listed > COARSE_MS;
  }

  /** The directory's time when it was listed, milliseconds since 1970; null where it was not there. */
  get mtimeMs(): number | null {
    return this.listed;
  }

  /** Whether names may have come or gone since. */
  get changed(): boolean {
    return !this.firm || this.read() !== this.listed;
  }

  private read(): number | null {
    try {
      return statSync(this.path, { throwIfNoEntry: false })?.mtimeMs ?? null;
    } catch {
      return null; // whoever lists it says why it cannot be read
    }
  }
}
