import type { TemplateSrv } from '@grafana/runtime';

/** A variable of the dashboard that is shown, with what is chosen. */
export interface ChosenVariable {
  name: string;
  value: string | string[];
  /** Put in as it is, in place of the values, where all are chosen. */
  all: string | undefined;
}

type Format = string | ((value: string | string[]) => string) | undefined;

/** What a data link tells of the row that it belongs to. */
interface Row {
  __dataContext?: { value: { frame: { fields: Array<{ name: string; values: unknown[] }> }; rowIndex?: number } };
}

let chosen: readonly ChosenVariable[] = [];

export function setVariables(variables: readonly ChosenVariable[]): void {
  chosen = variables;
}

/** `$name`, `${name}`, `${name:format}`, `${__data.fields.job}`: what Grafana's template service puts in for plugins. */
export function replaceVariables(text = '', scopedVars?: Row, format?: string | Function): string {
  const formatOf = (given: string | undefined): Format =>
    given ?? (typeof format === 'function' ? (value) => String(format(value)) : format);
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?:\.([^:}]+))?(?::(\w+))?\})/g,
    (whole, bare?: string, braced?: string, path?: string, given?: string) => {
      const name = bare ?? braced ?? '';
      const variable = chosen.find((one) => one.name === name);
      if (name === '__data') {
        return formatted(fieldOfRow(scopedVars, path ?? ''), formatOf(given));
      }
      return variable === undefined ? whole : (variable.all ?? formatted(variable.value, formatOf(given)));
    }
  );
}

function formatted(value: string | string[], format: Format): string {
  if (typeof format === 'function') {
    return format(value);
  }
  const one = format === 'uriencode' || format === 'percentencode' ? encodeURIComponent : String;
  const texts = [value].flat().map(one);
  return texts.length === 1 ? (texts[0] ?? '') : `{${texts.join(',')}}`;
}

/** A field of the row that a data link belongs to. @param path `fields.job` or `fields["job"]` */
function fieldOfRow(scopedVars: Row | undefined, path: string): string {
  const { frame, rowIndex = 0 } = scopedVars?.__dataContext?.value ?? {};
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
