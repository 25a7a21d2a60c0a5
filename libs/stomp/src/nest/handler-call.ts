/**
 * One call of a gateway method. Nest swallows what a method throws (WsProxy); the filter of this library finds the call among the arguments
 * and leaves the error in it.
 */
export class HandlerCall {
  private failure: { readonly error: unknown } | undefined;

  fail(error: unknown): void {
    this.failure = { error };
  }

  /** Throws what the method threw. */
  rethrow(): void {
    if (this.failure !== undefined) throw this.failure.error;
  }
}
