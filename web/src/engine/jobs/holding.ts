/** After a step that ends so, the engine still holds what the job goes on with: no other job may run. */
export const holding = 'holding';
