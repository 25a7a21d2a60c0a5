export interface StompProtocolErrorOptions {
  /** WebSocket close code after the ERROR frame; 1002, or 1009 for what is too large. */
  readonly closeCode?: number;
  /** `receipt` of the frame at fault, when it was readable. */
  readonly receiptId?: string | undefined;
  /** Value of the `version` header of the ERROR frame (no common version). */
  readonly version?: string;
}

/** What the peer sent breaks STOMP: the only error the codec throws. Answered with ERROR, then close (protocol.md, decision 6). */
export class StompProtocolError extends Error {
  readonly closeCode: number;
  readonly receiptId: string | undefined;
  readonly version: string | undefined;

  constructor(message: string, options: StompProtocolErrorOptions = {}) {
    super(message);
    this.name = 'StompProtocolError';
    this.closeCode = options.closeCode ?? 1002;
    this.receiptId = options.receiptId;
    this.version = options.version;
  }

  /** The same error, with the receipt id unless one is known already. */
  withReceipt(receiptId: string | undefined): StompProtocolError {
    if (receiptId === undefined || this.receiptId !== undefined) return this;
    return new StompProtocolError(this.message, {
      closeCode: this.closeCode,
      receiptId,
      ...(this.version === undefined ? {} : { version: this.version }),
    });
  }
}
