import { ENGLISH } from '../../messages';
import { happenedText, sentenceText } from '../../messages/case-text';
import type { Case } from '../case';

/** A case with its words in English, as the CLI prints it. */
export const withTexts = (one: Case) => ({
  ...one,
  sentence: sentenceText(one, ENGLISH),
  happened: happenedText(one, ENGLISH),
  evidence: one.evidence.map(({ what, ...rest }) => ({ ...rest, text: ENGLISH.render(what) })),
});
