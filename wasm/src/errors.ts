/** A call that the library refused: which parameter, its value and its allowed range. */
export class IgbError extends Error {
  override readonly name = 'IgbError';

  constructor(
    message: string,
    readonly code: number,
    /** Name of the code, such as "out_of_range". */
    readonly status: string,
    readonly parameter: string,
    readonly value: number,
    readonly low: number,
    readonly high: number,
  ) {
    super(message);
  }
}

/** A call that needs more than the module's fixed memory has left. */
export class IgbMemoryError extends Error {
  override readonly name = 'IgbMemoryError';

  constructor(
    readonly bytesNeeded: number,
    readonly bytesAvailable: number,
  ) {
    super(
      `not enough memory: ${bytesNeeded} bytes needed, ${bytesAvailable} available; ` +
        'use fewer inputs or a smaller width',
    );
  }
}

/** The module could not be loaded; the message says what to do. */
export class IgbLoadError extends Error {
  override readonly name = 'IgbLoadError';
}
