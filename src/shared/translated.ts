import { initTranslations } from './translations';

/** A part of the app, drawn once its texts are there in the user's language. */
export async function translated<T>(part: Promise<T>): Promise<T> {
  await initTranslations();
  return part;
}
