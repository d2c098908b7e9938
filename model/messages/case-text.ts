import type { Answer } from '../cases/case';
import type { Words } from './index';

/** What happened, without where the log is now. */
export const happenedText = ({ statement, unseen }: Pick<Answer, 'statement' | 'unseen'>, words: Words): string =>
  words.renderAll(unseen === null ? [statement] : [statement, unseen]);

/** What happened and where the log is now, for the owner of the Job. */
export const sentenceText = (answer: Pick<Answer, 'statement' | 'unseen' | 'loki'>, words: Words): string =>
  `${happenedText(answer, words)}${words.catalogue.separator}${words.render(answer.loki)}`;
