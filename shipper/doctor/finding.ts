/**
 * How grave a finding is. `note`: it works, and something was not looked at or is less than it could be. `warning`: it
 * works, but under load or in trouble it will cost something. `error`: the agent or the watch cannot do its work.
 */
export const levels = ['ok', 'note', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

/** Parts of the check-up that can be asked for alone. */
export const areas = ['configuration', 'logs', 'state', 'system', 'disk', 'loki', 'kubelet', 'watch'] as const;
export type Area = (typeof areas)[number];

/** One thing that was looked at. */
export interface Finding {
  /** `<area>.<what>`: stays the same from version to version, for scripts. */
  check: `${Area}.${string}`;
  level: Level;
  /** What was found, with the figures. */
  found: string;
  /** What to do; null where nothing has to be done. */
  todo: string | null;
}

type Check = Finding['check'];

export const ok = (check: Check, found: string): Finding => ({ check, level: 'ok', found, todo: null });
export const note = (check: Check, found: string, todo: string | null): Finding => ({
  check,
  level: 'note',
  found,
  todo,
});
export const warning = (check: Check, found: string, todo: string): Finding => ({
  check,
  level: 'warning',
  found,
  todo,
});
export const error = (check: Check, found: string, todo: string): Finding => ({ check, level: 'error', found, todo });

export const isAtLeast = (level: Level, least: Level): boolean => levels.indexOf(level) >= levels.indexOf(least);
