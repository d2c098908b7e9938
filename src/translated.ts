/** A part of the app, drawn once its texts are there in the user's language. */
export async function translated<T>(part: Promise<T>): Promise<T> {
  const { initTranslations } = await import(/* webpackChunkName: "translations" */ './translations');
  await initTranslations();
  return part;
}
