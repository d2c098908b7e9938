import winston from 'winston';
import { terminalText } from './terminal-text';

export type Logger = winston.Logger;

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * A program's own log, on stderr: readable text on a terminal, else one JSON line an event
 * (`time`, `level`, `msg` and the event's fields).
 */
export function createLogger(level: LogLevel): Logger {
  const text = winston.format.printf(({ level, message, timestamp, ...fields }) => {
    const rest = Object.entries(fields).map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
    return terminalText(`${String(timestamp)} ${level.padEnd(5)} ${String(message)}${rest.join('')}`);
  });
  const json = winston.format.printf(({ level, message, timestamp, ...fields }) =>
    JSON.stringify({ time: timestamp, level, msg: message, ...fields })
  );
  return winston.createLogger({
    level,
    format: winston.format.combine(winston.format.timestamp(), process.stderr.isTTY ? text : json),
    transports: [new winston.transports.Console({ stderrLevels: [...logLevels] })],
  });
}
