import { useEffect, useState } from 'react';

/** An answer that takes its time. */
export type Answer<T> =
  { state: 'none' } | { state: 'loading' } | { state: 'done'; value: T } | { state: 'failed'; why: string };

/**
 * Asks whenever the question changes, and keeps the answer to the newest question only.
 *
 * @param ask undefined while there is nothing to ask; the same function as long as the question is the same
 */
export function useAnswer<T>(ask: (() => Promise<T>) | undefined): Answer<T> {
  const [answered, setAnswered] = useState<{ ask: typeof ask; answer: Answer<T> }>();
  useEffect(() => {
    let isOld = false;
    ask?.().then(
      (value) => !isOld && setAnswered({ ask, answer: { state: 'done', value } }),
      (reason) => !isOld && setAnswered({ ask, answer: { state: 'failed', why: whyOf(reason) } })
    );
    return () => {
      isOld = true;
    };
  }, [ask]);
  if (ask === undefined) {
    return { state: 'none' };
  }
  return answered?.ask === ask ? answered.answer : { state: 'loading' };
}

const whyOf = (reason: unknown) => (reason instanceof Error ? reason.message : String(reason));
