import type { LogFileName } from './names';

/** A log file that lies in a container's directory, or that a link in it leads to. */
export interface FoundFile extends LogFileName {
  path: string;
  ino: number;
  birthMs: number;
  size: number;
}
