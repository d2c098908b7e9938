import winston from 'winston';
import { type Logger, type LogLevel, logLevels } from '../log';

/**
 * What agent and watch log, in between the progress of a demo: `agent warns: … (key value, …)`. The progress bar of a
 * terminal, which is drawn anew at once, makes room for it.
 */
export function demoLogger(level: LogLevel, terminal: boolean): Logger {
  const format = winston.format.printf(({ level: found, message, program, ...fields }) => {
    const details = Object.entries(fields).map(([key, value]) => `${key} ${plain(value)}`);
    const rest = details.length === 0 ? '' : ` (${details.join(', ')})`;
    return `${terminal ? '\r\x1b[K' : ''}  ${plain(program)} ${verbs[found] ?? 'says'}: ${plain(message)}${rest}`;
  });
  return winston.createLogger({
    level,
    format,
    transports: [new winston.transports.Console({ stderrLevels: [...logLevels] })],
  });
}

const verbs: Record<string, string> = { error: 'reports an error', warn: 'warns' };

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
