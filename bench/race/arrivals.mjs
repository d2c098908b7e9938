import { sleep } from '../shipper/with-sink.mjs';

/** Nothing new for so long: nothing more comes. */
const SILENCE_MS = 12_000;

/** The lines that came, by group, when no more come. */
export async function whenSilent(sink) {
  for (let last = { text: '', at: Date.now() }; ; await sleep(500)) {
    const { raced } = await sink.counts();
    const text = JSON.stringify(raced);
    if (text !== last.text) {
      last = { text, at: Date.now() };
    } else if (Date.now() - last.at > SILENCE_MS) {
      return raced;
    }
  }
}

/** Rounded down, so that 100 % means every line. */
export const percent = (part, whole) => `${Math.floor((part / whole) * 10_000) / 100} %`;
