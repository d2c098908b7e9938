/** A unit's text as `log-text.ts` writes it. */
const UNIT = /<[^<>]*>/g;

/** The units' texts in the content of an entry, in order; parts of units that are cut are none. */
export const textsOf = (content: string): string[] => content.match(UNIT) ?? [];

/** What is left of a content when all its units are taken away. */
export const remainderOf = (content: string): string => content.replace(UNIT, '');
