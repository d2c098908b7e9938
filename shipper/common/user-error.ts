/** An error that the person at the terminal can mend: printed as one line without a stack. */
export class UserError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1
  ) {
    super(message);
    this.name = 'UserError';
  }
}
