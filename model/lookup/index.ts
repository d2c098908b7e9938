export * from './question';
export * from './target';
export * from './account';
export * from './words';
export * from './readings';
