import type { LogEntry } from '../../model/log-entry';

/** Levels as Loki names them (`detected_level`). */
export type LogLevel = 'critical' | 'error' | 'warning' | 'info' | 'debug';

const NAMES: ReadonlyArray<readonly [name: RegExp, level: LogLevel]> = [
  [/^(?:crit|critical|fatal|panic|emerg|emergency|alert)$/i, 'critical'],
  [/^(?:err|eror|error|severe)$/i, 'error'],
  [/^(?:warn|warning)$/i, 'warning'],
  [/^(?:info|informational|information|notice)$/i, 'info'],
  [/^(?:debug|trace|verbose|fine|finest)$/i, 'debug'],
];
const KLOG: Record<string, LogLevel> = { F: 'critical', E: 'error', W: 'warning', I: 'info' };

/** Only the beginning of a line is looked at: a level stands near it. */
const HEAD = 300;
const field = /(?:^|[\s{,])"?(?:level|lvl|severity|loglevel|log\.level)"?\s*[=:]\s*"?([A-Za-z]+)/i;
const word =
  /(?:^|[\s[(<|"])(FATAL|CRITICAL|PANIC|SEVERE|ERROR|WARNING|WARN|INFO|NOTICE|DEBUG|TRACE)(?=$|[\s\])>|:",-])/;
const klog = /^([IWEF])\d{4} \d\d:\d\d:\d\d/;

/** The level of a line: what Loki or a shipper found it to be, or what its beginning says; undefined where neither does. */
export function levelOf(line: string, fields: LogEntry['fields']): LogLevel | undefined {
  const reported = [fields.level, fields.detected_level, fields.severity_text].flatMap((name) => named(name) ?? [])[0];
  const head = line.slice(0, HEAD);
  return reported ?? KLOG[klog.exec(head)?.[1] ?? ''] ?? named(field.exec(head)?.[1]) ?? named(word.exec(head)?.[1]);
}

const named = (name: string | undefined): LogLevel | undefined =>
  name === undefined ? undefined : NAMES.find(([pattern]) => pattern.test(name))?.[1];
