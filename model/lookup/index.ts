export * from './question';
export * from './target';
