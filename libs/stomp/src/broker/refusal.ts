/**
 * Thrown by an authorizer or a handler: the frame has no effect and no RECEIPT, the session stays open and gets `{code, message, destination,
 * receiptId}` on its own `/user/queue/errors` (protocol.md, decision 4).
 */
export class StompRefusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'StompRefusal';
  }
}

/** Thrown where the connection must end: ERROR with this message, then close (protocol.md, decision 6). */
export class StompFatal extends Error {
  constructor(
    message: string,
    readonly closeCode = 1002,
  ) {
    super(message);
    this.name = 'StompFatal';
  }
}
