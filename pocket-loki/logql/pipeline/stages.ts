import { badRequest, RequestError } from '../../common/request-error';
import type { LabelFormat, LabelPick, LineFilter, Stage } from '../syntax/ast';
import { errorDetailsLabel, errorLabel } from '../rows/entry-labels';
import { compileLabelFilter } from './label-filter';
import { type CompiledLineFilter, compileLineFilter } from './line-filter';
import { compileMatcher } from '../matching/matcher';
import { jsonExtractor, jsonParser, unpackParser } from '../parsers/json';
import { logfmtExtractor, logfmtParser } from '../parsers/logfmt';
import { patternParser } from '../parsers/pattern';
import { regexpParser } from '../parsers/regexp';
import type { Row, StageRun } from '../rows/stage';
import { Template, TemplateError } from '../template/template';

const templateError = 'TemplateFormatErr';

/** @throws RequestError 400 where the stage is invalid; the message names it */
export function compileStage(stage: Stage): StageRun {
  return naming(stage, () => compile(stage));
}

/** A line filter in front of all other stages, which can work on the stored entry. @throws as `compileStage` */
export function compileFirstFilter(filter: Extract<Stage, LineFilter>): CompiledLineFilter['entry'] {
  return naming(filter, () => compileLineFilter(filter).entry);
}

function naming<T>(stage: Stage, compileIt: () => T): T {
  try {
    return compileIt();
  } catch (error) {
    throw error instanceof RequestError ? badRequest(`parse error : ${explain(stage, error.message)}`) : error;
  }
}

function explain({ kind, text }: Stage, reason: string): string {
  switch (kind) {
    case 'pattern':
    case 'regexp':
      return `invalid ${kind} parser: ${reason}`;
    case 'line-format':
      return `stage '${text}' : invalid line template: ${reason}`;
    default:
      return `stage '${text}' : ${reason}`;
  }
}

function compile(stage: Stage): StageRun {
  switch (stage.kind) {
    case 'line-filter': {
      const filter = compileLineFilter(stage);
      return (row) => filter.line(row.line);
    }
    case 'json':
      return stage.extractions.length > 0 ? jsonExtractor(stage.extractions) : jsonParser();
    case 'logfmt':
      return stage.extractions.length > 0 ? logfmtExtractor(stage.extractions, stage) : logfmtParser(stage);
    case 'pattern':
      return patternParser(stage.pattern);
    case 'regexp':
      return regexpParser(stage.pattern);
    case 'unpack':
      return unpackParser();
    case 'decolorize':
      return decolorize;
    case 'label-filter': {
      const test = compileLabelFilter(stage.filter);
      return (row) => test(row.labels);
    }
    case 'line-format':
      return lineFormat(stage.template);
    case 'label-format':
      return labelFormat(stage.formats);
    case 'drop':
      return drop(stage.labels);
    case 'keep':
      return keep(stage.labels);
  }
}

const colors = /\x1b\[[0-9;]*m/g;

function decolorize(row: Row): boolean {
  row.line = row.line.replace(colors, '');
  return true;
}

function lineFormat(text: string): StageRun {
  const template = new Template(text);
  return (row) => {
    row.line = render(template, row) ?? row.line;
    return true;
  };
}

function labelFormat(formats: readonly LabelFormat[]): StageRun {
  const labels = formats.map(({ label }) => label);
  const twice = labels.find((label, i) => labels.indexOf(label) < i);
  if (twice !== undefined) {
    throw badRequest(`multiple label name '${twice}' not allowed in a single format operation`);
  }
  if (labels.includes(errorLabel)) {
    throw badRequest(`${errorLabel} cannot be formatted`);
  }
  const steps = formats.map((format) => ({
    ...format,
    compiled: 'template' in format ? new Template(format.template) : undefined,
  }));
  return (row) => {
    for (const step of steps) {
      if ('from' in step) {
        rename(row, step.from, step.label);
      } else {
        const value = step.compiled && render(step.compiled, row);
        if (value !== undefined) {
          row.labels.set(step.label, value);
        }
      }
    }
    return true;
  };
}

function rename({ labels }: Row, from: string, to: string): void {
  const value = labels.get(from);
  if (value !== undefined && from !== to) {
    labels.set(to, value);
    labels.remove(from);
  }
}

/** undefined where the template fails: then the entry is marked. */
function render(template: Template, row: Row): string | undefined {
  try {
    return template.run({ labels: row.labels.all(), line: row.line, time: row.time });
  } catch (error) {
    if (!(error instanceof TemplateError || error instanceof RequestError)) {
      throw error;
    }
    row.labels.fail(templateError, error.message);
    return undefined;
  }
}

function picks(labels: readonly LabelPick[]): Array<{ name: string; test: (value: string) => boolean }> {
  return labels.map((pick) =>
    'matcher' in pick
      ? { name: pick.matcher.name, test: compileMatcher(pick.matcher) }
      : { name: pick.name, test: () => true }
  );
}

function drop(labels: readonly LabelPick[]): StageRun {
  const dropped = picks(labels);
  return (row) => {
    for (const { name, test } of dropped) {
      const value = row.labels.get(name);
      if (value !== undefined && test(value)) {
        row.labels.remove(name);
      }
    }
    return true;
  };
}

function keep(labels: readonly LabelPick[]): StageRun {
  const kept = picks(labels);
  const special = new Set([errorLabel, errorDetailsLabel]);
  return (row) => {
    row.labels.keep((name, value) => special.has(name) || kept.some((pick) => pick.name === name && pick.test(value)));
    return true;
  };
}
