/** An error that the person at the terminal can mend: printed as one line without a stack. */
export class UserError extends Error {
  override name = 'UserError';
}
