import { labelsOf } from '../../common/labels';
import { badRequest, RequestError } from '../../common/request-error';
import type { LabelReplace } from '../syntax/ast';
import { compileAnchored, type Regex } from '../matching/regex';
import { newSeries, type Series } from './series';

/** @throws RequestError 400 where the pattern is invalid */
export function compileReplaceRegex({ regex }: LabelReplace): Regex {
  try {
    return compileAnchored(regex);
  } catch (error) {
    throw error instanceof RequestError
      ? badRequest(`parse error : invalid regex in label_replace: ${error.message}`)
      : error;
  }
}

/** Sets a label of each series from another one, where the pattern matches all of that. '' removes it. */
export function replaceLabels(expr: LabelReplace, series: readonly Series[]): Series[] {
  const regex = compileReplaceRegex(expr);
  return series.map((item) => {
    const [match] = regex.matches(item.labels.get(expr.source) ?? '');
    if (!match) {
      return item;
    }
    const value = expr.replacement.replace(
      /\$(?:(\$)|\{(\w+)\}|(\w+))/g,
      (_, dollar?: string, braced?: string, bare?: string) => {
        const name = braced ?? bare ?? '';
        const group = /^\d+$/.test(name) ? Number(name) : regex.names.find((named) => named.name === name)?.group;
        return dollar ?? (group === undefined ? '' : (match.groups[group] ?? ''));
      }
    );
    const labels = new Map(item.labels);
    labels.delete(expr.destination);
    if (value !== '') {
      labels.set(expr.destination, value);
    }
    return { ...newSeries(labelsOf(labels), 0), values: item.values, present: item.present };
  });
}
