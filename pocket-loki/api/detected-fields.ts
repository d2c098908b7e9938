import { BaseLabels, EntryLabels, errorDetailsLabel, errorLabel } from '../logql/rows/entry-labels';
import type { LogRow } from '../logql/logs/log-query';
import { parseFloatLabel } from '../logql/matching/number-label';
import { eachJsonLabel } from '../logql/parsers/json';
import { JsonError } from '../logql/parsers/json-scan';
import { LabelNames, sanitize } from '../logql/parsers/label-name';
import { logfmtParser } from '../logql/parsers/logfmt';
import { parseBytes, parseGoSeconds } from '../common/units';

/** A field of the log lines that were looked at: structured metadata, or what a parser would find. */
export interface DetectedField {
  label: string;
  type: 'int' | 'float' | 'boolean' | 'duration' | 'bytes' | 'string';
  values: Set<string>;
  parsers: Set<'json' | 'logfmt'>;
  /** The keys that lead to a field of JSON. */
  jsonPath: string[] | undefined;
}

interface Found {
  parser: 'json' | 'logfmt';
  fields: Array<{ label: string; value: string; jsonPath?: string[] }>;
}

const parseLogfmt = logfmtParser({ strict: false, keepEmpty: false });

/** The fields of the rows, at most `limit` of them. */
export function detectFields(rows: readonly LogRow[], limit: number): DetectedField[] {
  const fields = new Map<string, DetectedField>();
  const note = (label: string, value: string, found?: Found, jsonPath?: string[]) => {
    const known = fields.get(label);
    if (!known && fields.size >= limit) {
      return;
    }
    const field = known ?? { label, type: typeOf(value), values: new Set(), parsers: new Set(), jsonPath };
    fields.set(label, field);
    // The type is that of the last value looked at, as in Loki.
    field.type = typeOf(value);
    field.jsonPath ??= jsonPath;
    field.values.add(value);
    if (found) {
      field.parsers.add(found.parser);
    }
  };
  for (const row of rows) {
    row.labels.metadata.forEach((value, label) => note(label, value));
    row.labels.parsed.forEach((value, label) => {
      if (label !== errorLabel && label !== errorDetailsLabel) {
        note(label, value);
      }
    });
    const found = parse(row);
    found.fields.forEach(({ label, value, jsonPath }) => note(label, value, found, jsonPath));
  }
  return [...fields.values()];
}

function parse(row: LogRow): Found {
  const fields: Found['fields'] = [];
  const { stream, metadata } = row.labels;
  try {
    eachJsonLabel(row.line, new LabelNames(sanitize), (name, value, keys) => {
      const label = stream.has(name) || metadata.has(name) ? `${name}_extracted` : name;
      fields.push({ label, value, jsonPath: [...keys] });
    });
    return { parser: 'json', fields };
  } catch (error) {
    if (!(error instanceof JsonError)) {
      throw error;
    }
    const labels = new EntryLabels(new BaseLabels(stream, metadata));
    parseLogfmt({ time: row.time, line: row.line, labels });
    return { parser: 'logfmt', fields: [...labels.result().parsed].map(([label, value]) => ({ label, value })) };
  }
}

function typeOf(value: string): DetectedField['type'] {
  if (/^[-+]?\d{1,19}$/.test(value)) {
    return 'int';
  }
  if (parseFloatLabel(value) !== undefined) {
    return 'float';
  }
  if (/^(?:1|0|[tTfF]|TRUE|FALSE|[tT]rue|[fF]alse)$/.test(value)) {
    return 'boolean';
  }
  if (parseGoSeconds(value) !== undefined) {
    return 'duration';
  }
  return parseBytes(value) === undefined ? 'string' : 'bytes';
}
