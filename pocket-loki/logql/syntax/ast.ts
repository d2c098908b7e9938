/** A LogQL query as the engine works on it. */

export type MatchOp = '=' | '!=' | '=~' | '!~';

/** A test of a label: of a stream in a selector, of an entry in a pipeline. Regular expressions match the whole value. */
export interface Matcher {
  name: string;
  op: MatchOp;
  value: string;
}

export interface LogExpr {
  kind: 'log';
  matchers: Matcher[];
  stages: Stage[];
}

export type LineFilterOp = '|=' | '!=' | '|~' | '!~' | '|>' | '!>';

export interface LineFilter {
  kind: 'line-filter';
  op: LineFilterOp;
  /** `|= "a" or "b"`: one of them has to match; `!= "a" or "b"`: none may. */
  alternatives: Array<{ value: string; ip: boolean }>;
}

export type Comparison = '=' | '==' | '!=' | '>' | '>=' | '<' | '<=';

export type LabelFilter =
  | { kind: 'and' | 'or'; left: LabelFilter; right: LabelFilter }
  | { kind: 'match'; matcher: Matcher }
  /** Durations in seconds, sizes in bytes. */
  | { kind: 'number' | 'duration' | 'bytes'; name: string; op: Comparison; value: number }
  | { kind: 'ip'; name: string; op: '=' | '!='; pattern: string };

/** `label="path"`; a path that was left out is the label's name. */
export interface Extraction {
  label: string;
  path: string;
}

export type LabelFormat = { label: string; from: string } | { label: string; template: string };

/** A label by its name, or only where it has a value that matches. */
export type LabelPick = { name: string } | { matcher: Matcher };

/** A stage and how it was written, for messages. */
export type Stage = StageBody & { text: string };

export type StageBody =
  | LineFilter
  | { kind: 'json'; extractions: Extraction[] }
  | { kind: 'logfmt'; extractions: Extraction[]; strict: boolean; keepEmpty: boolean }
  | { kind: 'pattern' | 'regexp'; pattern: string }
  | { kind: 'unpack' | 'decolorize' }
  | { kind: 'label-filter'; filter: LabelFilter }
  | { kind: 'line-format'; template: string }
  | { kind: 'label-format'; formats: LabelFormat[] }
  | { kind: 'drop' | 'keep'; labels: LabelPick[] };

export type Conversion = 'duration' | 'bytes';

export interface Unwrap {
  label: string;
  conversion: Conversion | undefined;
  /** Filters that come after the unwrapping, and see its errors. */
  filters: LabelFilter[];
}

export interface Grouping {
  without: boolean;
  labels: string[];
}

export interface RangeAggregation {
  kind: 'range';
  op: string;
  /** The first argument of `quantile_over_time`. */
  parameter: number | undefined;
  log: LogExpr;
  unwrap: Unwrap | undefined;
  /** Nanoseconds. */
  range: bigint;
  offset: bigint;
  grouping: Grouping | undefined;
}

export interface VectorAggregation {
  kind: 'vector-aggregation';
  op: string;
  /** The first argument of `topk` and `bottomk`. */
  parameter: number | undefined;
  expr: MetricExpr;
  grouping: Grouping | undefined;
}

export type BinaryOp =
  'or' | 'and' | 'unless' | '==' | '!=' | '>' | '>=' | '<' | '<=' | '+' | '-' | '*' | '/' | '%' | '^';

export interface VectorMatching {
  /** Labels that pairs must share: these (`on`), or all but these (`ignoring`). */
  on: boolean;
  labels: string[];
  /** The side of which several may match one of the other, and the labels it takes from there. */
  many: 'left' | 'right' | undefined;
  include: string[];
}

export interface BinaryExpr {
  kind: 'binary';
  op: BinaryOp;
  left: MetricExpr;
  right: MetricExpr;
  /** Comparisons answer 0 or 1 instead of filtering. */
  bool: boolean;
  matching: VectorMatching;
}

export interface LabelReplace {
  kind: 'label-replace';
  expr: MetricExpr;
  destination: string;
  replacement: string;
  source: string;
  regex: string;
}

export type MetricExpr =
  | RangeAggregation
  | VectorAggregation
  | BinaryExpr
  | LabelReplace
  | { kind: 'literal'; value: number }
  | { kind: 'vector'; value: number };

export type Expr = LogExpr | MetricExpr;

/** Loki's words for a selector that would select streams by labels they lack. */
export const emptySelector =
  'parse error : queries require at least one regexp or equality matcher that does not have an empty-compatible value. For instance, app=~".*" does not meet this requirement, but app=~".+" will';
