export { IgbError, IgbLoadError, IgbMemoryError } from './errors.js';
export { loadEngine } from './load.js';
export type * from './types.js';
