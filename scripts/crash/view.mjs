/** What one client shows of its conversations: each message once, in `seq` order; what came early waits for what is missing. */
export class View {
  #lasts = new Map();
  #early = new Map();

  constructor(onApply) {
    this.onApply = onApply;
  }

  lastSeq(conversation) {
    return this.#lasts.get(conversation) ?? 0;
  }

  /** Merges a message, pushed or fetched. Answers whether something before it is missing. */
  take(message) {
    const { conversation, seq } = message;
    let last = this.lastSeq(conversation);
    if (seq <= last) return false;
    const early = this.#early.get(conversation) ?? new Map();
    this.#early.set(conversation, early.set(seq, message));
    for (; early.has(last + 1); early.delete(last)) {
      last += 1;
      this.onApply(early.get(last));
      this.#lasts.set(conversation, last);
    }
    return early.size > 0;
  }

  /** Has something come before which something is missing? */
  hasGap(conversation) {
    return (this.#early.get(conversation)?.size ?? 0) > 0;
  }
}
