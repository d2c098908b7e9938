declare const __AFTERLOG_VERSION__: string | undefined;

/** The version of package.json, put in by the build; `dev` where the sources run unbuilt. */
export const version = typeof __AFTERLOG_VERSION__ === 'string' ? __AFTERLOG_VERSION__ : 'dev';
