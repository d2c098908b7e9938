import { formatTime } from '../../../model/time';

/** RFC 3339 text of a line's time; null for none. */
export const lineTime = (seconds: number, nanos: number) => (seconds === 0 ? null : formatTime(seconds, nanos));
