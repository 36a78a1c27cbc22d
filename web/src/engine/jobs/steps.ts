/** What a step may say of the next one, instead of a result. */

/** The engine still holds what the job goes on with: no other job may run before. */
export const holding = 'holding';

/** The next step is worth its time only if the request has lasted for a moment, as none does while a
 * point is dragged, and if no other job of the worker has anything to do. */
export const resting = 'resting';
