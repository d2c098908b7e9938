import type {
  Comparison,
  Extraction,
  LabelFilter,
  LabelFormat,
  LabelPick,
  LineFilter,
  LineFilterOp,
  Matcher,
  MatchOp,
  Stage,
  StageBody,
} from './ast';
import type { Node } from './tree';
import { parseBytes, parseDuration } from '../../common/units';

/** The stages under the node that holds a pipeline. */
export function parseStages(pipeline: Node): Stage[] {
  return pipeline.items('PipelineExpr', 'PipelineStage').flatMap((stage) => {
    const filters = stage.find('LineFilters');
    const parts = filters ? filters.items('LineFilters', 'LineFilter') : [stage];
    return parts.map((part) => ({ ...(filters ? parseLineFilter(part) : parseStage(part)), text: part.text }));
  });
}

export function parseMatcher(node: Node): Matcher {
  const op = node.get('Eq', 'Neq', 'Re', 'Nre').text as MatchOp;
  return { name: node.get('Identifier').text, op, value: node.string() };
}

function parseStage(stage: Node): StageBody {
  const node = stage.children.find(({ name }) => name !== 'Pipe') ?? stage;
  switch (node.name) {
    case 'LabelParser':
      return parseLabelParser(node);
    case 'JsonExpressionParser':
      return { kind: 'json', extractions: parseExtractions(node) };
    case 'LogfmtParser':
    case 'LogfmtExpressionParser':
      return parseLogfmt(node);
    case 'LabelFilter':
      return { kind: 'label-filter', filter: parseLabelFilter(node) };
    case 'LineFormatExpr':
      return { kind: 'line-format', template: node.string() };
    case 'LabelFormatExpr':
      return { kind: 'label-format', formats: node.items('LabelsFormat', 'LabelFormatMatcher').map(parseLabelFormat) };
    case 'DecolorizeExpr':
      return { kind: 'decolorize' };
    case 'DropLabelsExpr':
      return { kind: 'drop', labels: node.items('DropLabels', 'DropLabel').map(parseLabelPick) };
    case 'KeepLabelsExpr':
      return { kind: 'keep', labels: node.items('KeepLabels', 'KeepLabel').map(parseLabelPick) };
    default:
      throw node.unsupported();
  }
}

function parseLineFilter(node: Node): LineFilter {
  const op = node.get('Filter').text as LineFilterOp;
  const alternatives: LineFilter['alternatives'] = [];
  for (let part: Node | undefined = node; part; part = part.find('OrFilter')) {
    alternatives.push({ value: part.string(), ip: part.find('FilterOp') !== undefined });
  }
  return { kind: 'line-filter', op, alternatives };
}

function parseLabelParser(node: Node): StageBody {
  const parser = node.get('Json', 'Logfmt', 'Pattern', 'Regexp', 'Unpack');
  switch (parser.name) {
    case 'Json':
      return { kind: 'json', extractions: [] };
    case 'Logfmt':
      return parseLogfmt(node);
    case 'Unpack':
      return { kind: 'unpack' };
    case 'Pattern':
      return { kind: 'pattern', pattern: node.string() };
    default:
      return { kind: 'regexp', pattern: node.string() };
  }
}

function parseLogfmt(node: Node): StageBody {
  const flags = node.items('LogfmtParserFlags', 'ParserFlag').map(({ text }) => text);
  return {
    kind: 'logfmt',
    extractions: parseExtractions(node),
    strict: flags.includes('--strict'),
    keepEmpty: flags.includes('--keep-empty'),
  };
}

function parseExtractions(node: Node): Extraction[] {
  return node.items('LabelExtractionExpressionList', 'LabelExtractionExpression').map((extraction) => {
    const label = extraction.get('Identifier').text;
    return { label, path: extraction.find('String') ? extraction.string() : label };
  });
}

function parseLabelFormat(node: Node): LabelFormat {
  const [label, source] = node.all('Identifier');
  if (!label) {
    throw node.unsupported();
  }
  return source ? { label: label.text, from: source.text } : { label: label.text, template: node.string() };
}

function parseLabelPick(node: Node): LabelPick {
  const matcher = node.find('Matcher');
  return matcher ? { matcher: parseMatcher(matcher) } : { name: node.get('Identifier').text };
}

/** `a b` and `a, b` mean `a and b`. */
export function parseLabelFilter(node: Node): LabelFilter {
  const [left, right] = node.all('LabelFilter');
  if (left && right) {
    return { kind: node.find('Or') ? 'or' : 'and', left: parseLabelFilter(left), right: parseLabelFilter(right) };
  }
  if (left) {
    return parseLabelFilter(left);
  }
  const test = node.get('Matcher', 'NumberFilter', 'UnitFilter', 'IpLabelFilter');
  switch (test.name) {
    case 'Matcher':
      return { kind: 'match', matcher: parseMatcher(test) };
    case 'NumberFilter':
      return {
        kind: 'number',
        ...parseComparison(test),
        value: Number(test.get('LiteralExpr').text.replace(/\s/g, '')),
      };
    case 'UnitFilter':
      return parseUnitFilter(test.get('DurationFilter', 'BytesFilter'));
    default: {
      const op = test.get('Eq', 'Neq').text === '=' ? '=' : '!=';
      return { kind: 'ip', name: test.get('Identifier').text, op, pattern: test.string() };
    }
  }
}

function parseUnitFilter(node: Node): LabelFilter {
  const amount = node.get('Duration', 'Bytes');
  const duration = node.name === 'DurationFilter' ? parseDuration(amount.text) : undefined;
  const value = duration === undefined ? parseBytes(amount.text) : Number(duration) / 1e9;
  if (value === undefined) {
    throw amount.unsupported();
  }
  return { kind: duration === undefined ? 'bytes' : 'duration', ...parseComparison(node), value };
}

function parseComparison(node: Node): { name: string; op: Comparison } {
  const op = node.get('Eq', 'Eql', 'Neq', 'Gtr', 'Gte', 'Lss', 'Lte').text as Comparison;
  return { name: node.get('Identifier').text, op };
}
