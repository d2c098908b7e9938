import { badRequest } from '../../common/request-error';
import { compileRegex } from '../matching/regex';
import type { StageRun } from '../rows/stage';

/** `| regexp "(?P<name>…)"`: named groups of the first match. */
export function regexpParser(pattern: string): StageRun {
  const regex = compileRegex(pattern);
  if (regex.names.length === 0) {
    throw badRequest('at least one named capture must be supplied');
  }
  return ({ line, labels }) => {
    for (const { groups } of regex.matches(line)) {
      for (const { name, group } of regex.names) {
        labels.extract(name, groups[group] ?? '');
      }
      break;
    }
    return true;
  };
}
