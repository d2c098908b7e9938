/** What every command ends with. docs/reference/exit-codes.md lists them. */
export const exitCode = {
  /** Done. */
  ok: 0,
  /** An error, or not everything could be done: logs not found, records not delivered, lines not accounted for. */
  failed: 1,
  /** Done, and something was found that `--fail-on` names. */
  found: 2,
  /** Done, nothing was found that `--fail-on` names, and not everything was observed: there may be more. */
  unobserved: 3,
  /** Interrupted: 128 and the number of SIGINT, as a shell reports it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
