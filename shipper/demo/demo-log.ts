import winston from 'winston';
import { type Logger, type LogLevel, logLevels } from '../common/log';

/**
 * What agent and watch log, in between the progress of a demo. The progress bar of a terminal, which is drawn anew at
 * once, makes room for it.
 */
export function demoLogger(level: LogLevel, terminal: boolean): Logger {
  const format = winston.format.printf((event) => `${terminal ? '\r\x1b[K' : ''}  ${sentenceOf(event)}`);
  return winston.createLogger({
    level,
    format,
    transports: [new winston.transports.Console({ stderrLevels: [...logLevels] })],
  });
}

const verbs: Record<string, string> = { error: 'reports an error', warn: 'warns' };

/** `agent warns: … (key value, …)`. */
export function sentenceOf({ level, message, program, ...fields }: Record<string, unknown>): string {
  const details = Object.entries(fields).map(([key, value]) => `${key} ${plain(value)}`);
  const rest = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `${plain(program)} ${verbs[plain(level)] ?? 'says'}: ${plain(message)}${rest}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
