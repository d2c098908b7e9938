/** The AMD module itself, as the loader sees it. */
declare module 'amd-module' {
  const amdModule: { uri: string };
  export default amdModule;
}
