/** One line of the kubelet's log, wherever it was read. */
export interface SourceLine {
  text: string;
  /**
   * A moment close to when the line was written, in milliseconds since 1970: the journal's time of the entry, or the
   * time of the file for its newest line. undefined for older lines of a file.
   */
  writtenMs: number | undefined;
  /** Where to go on reading after this line; only this source understands it. */
  position: string;
}

/** The newest line that a kubelet wrote; where there is none, the newest of another program. */
export interface NewestLine extends Pick<SourceLine, 'text' | 'writtenMs'> {
  understood: boolean;
}

export interface LineSource {
  /** What is being read, or why nothing is: for the log and for `doctor`. */
  readonly state: string;
  /** Why nothing is read; null where something is, or nothing can be said yet. */
  readonly problem: string | null;
  /**
   * The newest line there is, before reading begins: a file's older lines have no time of writing of their own.
   * @throws the system's error where it cannot be read
   */
  newest?(): Promise<NewestLine | undefined>;
  /** Begins to read at `position` (null: where there is nothing to go on from). */
  start(position: string | null, onLine: (line: SourceLine) => void): Promise<void>;
  stop(): Promise<void>;
}
