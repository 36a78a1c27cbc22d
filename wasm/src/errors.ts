/** A call that the library refused: which parameter, its value and its allowed range. */
export class IgbError extends Error {
  override readonly name: string = 'IgbError';

  constructor(
    message: string,
    readonly code: number,
    /** Name of the code, such as "out_of_range". */
    readonly status: string,
    readonly parameter: string,
    readonly value: number,
    readonly low: number,
    readonly high: number,
    /** More words, where the library has some: what was wanted, what is not finite. */
    readonly detail = '',
  ) {
    super(message);
  }
}

/** An expression that cannot be read. `value` is the position, `detail` what was wanted there. */
export class IgbSyntaxError extends IgbError {
  override readonly name = 'IgbSyntaxError';

  /** Of the character in the text, from 1; the length + 1 where the text ends too early. */
  get position(): number {
    return this.value;
  }

  get expected(): string {
    return this.detail;
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
