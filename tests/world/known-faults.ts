/**
 * Habits, formats and treatments whose fault is known and not mended yet, each with the reason: the generator leaves them
 * out. An entry goes with the commit that mends its fault.
 */
export const KNOWN_FAULTS: Readonly<Record<string, string>> = {
  nuls: 'NULs are shipped, and swallow the line behind them',
  hole: 'sparse holes are shipped as NULs',
  'clock-ahead': 'a line of the future holds up its container',
  'removed-by-hand': 'what is written to a deleted file is not read',
  truncated: 'a file that was emptied and has grown past its former size passes for the former one',
  endless: 'an answer without an end is read into memory',
  docker: 'the first line decides on the format of a file',
};
