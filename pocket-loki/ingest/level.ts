/**
 * The level of a log line, found the way Loki 3.7 finds it: a field of a known name in JSON or logfmt, else the first
 * word of the line that is the name of a level, else `unknown`.
 */

/** Names of labels, metadata and fields that hold a level. The first one that is there counts. */
const levelFields = [
  'level',
  'LEVEL',
  'Level',
  'log.level',
  'severity',
  'SEVERITY',
  'Severity',
  'SeverityText',
  'lvl',
  'LVL',
  'Lvl',
  'severity_text',
  'Severity_Text',
  'SEVERITY_TEXT',
];

const levels = new Map([
  ['trace', 'trace'],
  ['trc', 'trace'],
  ['debug', 'debug'],
  ['dbg', 'debug'],
  ['info', 'info'],
  ['inf', 'info'],
  ['information', 'info'],
  ['warn', 'warn'],
  ['wrn', 'warn'],
  ['warning', 'warn'],
  ['error', 'error'],
  ['err', 'error'],
  ['critical', 'critical'],
  ['fatal', 'fatal'],
]);

const knownFields = new Set(levelFields);
const rankOfField = new Map(
  levelFields.map((name, rank) => [name.toLowerCase(), rank]).reverse() as Array<[string, number]>
);
const mayHaveLevelField = /level|severity|lvl/i;
const levelField =
  /(?:^|\s)(level|log\.level|severity|severitytext|lvl|severity_text)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))/gi;
const levelWord =
  /(?:^|[ \t\n[({"=])(trace|debug|fatal|critical|error|err|warning|warn|info)(?=$|[ \t\n[\](){}:,!"=])/i;
const maxJsonDepth = 2;

/** The level that labels or metadata name themselves. */
export function levelOfLabels(labels: ReadonlyMap<string, string>): string | undefined {
  const level = levelFields.map((name) => labels.get(name)).find((value) => value !== undefined);
  return level === undefined ? undefined : normalizeLevel(level);
}

/** The usual name of a level; what is no level's name stays as it is. */
export function normalizeLevel(level: string): string {
  return levels.get(level.toLowerCase()) ?? level;
}

export function detectLevel(line: string): string {
  const field = mayHaveLevelField.test(line) ? fieldOf(line) : undefined;
  return levels.get(field?.toLowerCase() ?? '') ?? wordOf(line);
}

function wordOf(line: string): string {
  const word = levelWord.exec(line)?.[1];
  return word === undefined ? 'unknown' : normalizeLevel(word);
}

function fieldOf(line: string): string | undefined {
  if (/^\s*\{/.test(line) && /\}\s*$/.test(line)) {
    return fieldOfJson(line);
  }
  return line.includes('=') ? fieldOfLogfmt(line) : undefined;
}

function fieldOfLogfmt(line: string): string | undefined {
  let best = Infinity;
  let found: string | undefined;
  for (const [, name = '', quoted, bare] of line.matchAll(levelField)) {
    const rank = rankOfField.get(name.toLowerCase()) ?? Infinity;
    if (rank < best) {
      best = rank;
      found = quoted ?? bare;
    }
  }
  return found;
}

function fieldOfJson(line: string): string | undefined {
  try {
    return fieldOfObject(JSON.parse(line), 1);
  } catch {
    // Not JSON after all: then the words of the line decide.
    return undefined;
  }
}

function fieldOfObject(value: unknown, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || depth > maxJsonDepth) {
    return undefined;
  }
  for (const [name, inner] of Object.entries(value) as Array<[string, unknown]>) {
    const found =
      typeof inner === 'string' ? (knownFields.has(name) ? inner : undefined) : fieldOfObject(inner, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}
