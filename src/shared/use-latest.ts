import { useState } from 'react';

/** A value, and while there is none the last one of the same question. */
export function useLatest<T, Q>(value: T | undefined, question: Q): T | undefined {
  const [latest, setLatest] = useState({ value, question });
  if (value !== undefined && (latest.value !== value || latest.question !== question)) {
    setLatest({ value, question });
  }
  return value ?? (latest.question === question ? latest.value : undefined);
}
