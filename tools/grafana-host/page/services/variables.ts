import type { TemplateSrv } from '@grafana/runtime';
import * as z from 'zod';

/** A variable of the dashboard that is shown, with what is chosen. */
export interface ChosenVariable {
  name: string;
  value: string | string[];
  /** Put in as it is, in place of the values, where all are chosen. */
  all: string | undefined;
}

type Format = string | ((value: string | string[]) => string) | undefined;

/** Values that hold for one replacement only: of a repeated panel, or of the row that a data link belongs to. */
type Scoped = Readonly<Record<string, { value?: unknown } | undefined>>;

/** What a data link reports the row that it belongs to. */
const rowSchema = z.object({
  frame: z.object({ fields: z.array(z.object({ name: z.string(), values: z.array(z.unknown()) })) }),
  rowIndex: z.number().default(0),
});

let chosen: readonly ChosenVariable[] = [];

export function setVariables(variables: readonly ChosenVariable[]): void {
  chosen = variables;
}

/** `$name`, `${name}`, `${name:format}`, `${__data.fields.job}`: what Grafana's template service puts in for plugins. */
export function replaceVariables(text = '', scopedVars?: Scoped, format?: string | Function): string {
  const formatOf = (given: string | undefined): Format =>
    given ?? (typeof format === 'function' ? (value) => String(format(value)) : format);
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?:\.([^:}]+))?(?::(\w+))?\})/g,
    (whole, bare?: string, braced?: string, path?: string, given?: string) => {
      const name = bare ?? braced ?? '';
      if (name === '__data') {
        return formatted(fieldOfRow(scopedVars?.__dataContext?.value, path ?? ''), formatOf(given));
      }
      const scoped: unknown = scopedVars?.[name]?.value;
      if (scoped !== undefined) {
        return formatted(Array.isArray(scoped) ? scoped.map(String) : String(scoped), formatOf(given));
      }
      const variable = chosen.find((one) => one.name === name);
      return variable === undefined ? whole : (variable.all ?? formatted(variable.value, formatOf(given)));
    }
  );
}

function formatted(value: string | string[], format: Format): string {
  if (typeof format === 'function') {
    return format(value);
  }
  const one =
    format === 'uriencode' || format === 'percentencode'
      ? encodeURIComponent
      : format === 'regex'
        ? escapeRegex
        : String;
  const texts = [value].flat().map(one);
  const several = format === 'regex' ? `(${texts.join('|')})` : `{${texts.join(',')}}`;
  return texts.length === 1 ? (texts[0] ?? '') : several;
}

const escapeRegex = (text: string): string => text.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&');

/** A field of the row that a data link belongs to. @param path `fields.job` or `fields["job"]` */
function fieldOfRow(value: unknown, path: string): string {
  const { frame, rowIndex = 0 } = rowSchema.safeParse(value).data ?? {};
  const [, name] = /^fields(?:\.(\w+)|\["([^"]+)"\])/.exec(path) ?? [];
  const field = frame?.fields.find((one) => one.name === name);
  return String(field?.values[rowIndex] ?? '');
}

export const templateSrv: TemplateSrv = {
  getVariables: () => [],
  replace: replaceVariables,
  containsTemplate: (text = '') => replaceVariables(text) !== text,
  updateTimeRange: () => undefined,
};
