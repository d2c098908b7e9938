import * as z from 'zod';
import { flagForm } from '../config/settings';

/** The output format: the first is the default. */
export const outputFormat = <const T extends readonly [string, ...string[]]>(formats: T) =>
  z
    .enum(formats)
    .optional()
    .transform((format): T[number] => format ?? formats[0])
    .describe(`output format: ${formats.join(', ')} (default ${formats[0]})`)
    .register(flagForm, { short: 'o', value: 'format' });
