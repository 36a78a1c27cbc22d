export { IgbError, IgbLoadError, IgbMemoryError, IgbSyntaxError } from './errors.js';
export { loadEngine } from './load.js';
export type * from './types.js';
