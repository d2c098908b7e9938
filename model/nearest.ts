/** The word that differs in the fewest letters, if it differs in few enough to be meant. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const near = words.filter((other) => isNear(word, other));
  return near.sort((a, b) => distance(word, a) - distance(word, b))[0];
}

/** Whether one word may be meant where the other is written. */
export function isNear(word: string, other: string): boolean {
  const limit = Math.max(2, word.length / 3);
  return Math.abs(word.length - other.length) <= limit && distance(word, other) <= limit;
}

/** Levenshtein's distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
