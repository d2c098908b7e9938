import { useEffect, useState } from 'react';
import { errorText } from '../../model/error-text';

/** An answer that takes its time. */
export type Answer<T> =
  { state: 'none' } | { state: 'loading' } | { state: 'done'; value: T } | { state: 'failed'; why: string };

/**
 * Asks whenever the question changes, and keeps the answer to the newest question only.
 *
 * @param ask undefined while there is nothing to ask; the same function as long as the question is the same. Its signal
 *   tells when nobody waits for the answer any more
 */
export function useAnswer<T>(ask: ((signal: AbortSignal) => Promise<T>) | undefined): Answer<T> {
  const [answered, setAnswered] = useState<{ ask: typeof ask; answer: Answer<T> }>();
  useEffect(() => {
    const left = new AbortController();
    ask?.(left.signal).then(
      (value) => !left.signal.aborted && setAnswered({ ask, answer: { state: 'done', value } }),
      (reason) => !left.signal.aborted && setAnswered({ ask, answer: { state: 'failed', why: errorText(reason) } })
    );
    return () => left.abort();
  }, [ask]);
  if (ask === undefined) {
    return { state: 'none' };
  }
  return answered?.ask === ask ? answered.answer : { state: 'loading' };
}
