/** A moment or a stretch of time that a dashboard has marked. Milliseconds since 1970. */
export interface Annotation {
  from: number;
  /** The same as `from` for a moment. */
  to: number;
  /** As CSS has it. */
  color: string;
  text: string;
}
