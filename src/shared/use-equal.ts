import { useState } from 'react';

/** The same object as long as it says the same. @param value of what JSON knows */
export function useEqual<T>(value: T): T {
  const [kept, keep] = useState(value);
  if (kept === value || JSON.stringify(kept) === JSON.stringify(value)) {
    return kept;
  }
  keep(value);
  return value;
}
