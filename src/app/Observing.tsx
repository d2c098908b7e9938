import React, { useCallback } from 'react';
import type { Span } from '../../model/evidence';
import { observerCodes, type Observers, type ObserverSelection } from '../../model/observers';
import type { LokiSource } from '../data/loki-source';
import { findObservers } from '../data/observers';
import { type Answer, useAnswer } from '../shared/use-answer';
import { wordsIn } from '../shared/words';

/** Who was observing in a time range. @param selection the same object as long as it is the same */
export function useObservers(loki: LokiSource, selection: ObserverSelection, span: Span): Answer<Observers> {
  const ask = useCallback(
    (signal: AbortSignal) => findObservers(loki, selection, span, signal),
    [loki, selection, span]
  );
  return useAnswer(ask);
}

/** What an answer that found nothing rests on, one sentence each. */
export function Observing({ observers, timeZone }: { observers: Observers; timeZone: string }) {
  const words = wordsIn(timeZone);
  return (
    <>
      {observerCodes(observers).map((code) => {
        const sentence = words.render(code);
        return <p key={sentence}>{sentence}</p>;
      })}
    </>
  );
}

const ALL: ObserverSelection = {};

/** The same of everything, once it is known. */
export function ObservedBy({ loki, span, timeZone }: { loki: LokiSource; span: Span; timeZone: string }) {
  const answer = useObservers(loki, ALL, span);
  return answer.state === 'done' ? <Observing observers={answer.value} timeZone={timeZone} /> : null;
}
