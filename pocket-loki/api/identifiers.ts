import { parseFloatLabel } from '../logql/matching/number-label';

const uuid = /^[\da-f]{8}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{4}-?[\da-f]{12}$/i;

/** Whether a value looks like an id rather than like a name. */
export function isNumberOrUuid(value: string): boolean {
  return parseFloatLabel(value) !== undefined || uuid.test(value);
}
