/** Runs the tasks of one conversation one after the other, those of different conversations side by side. */
export class ConversationLanes {
  private readonly tails = new Map<string, Promise<void>>();

  /** An idle lane runs the task at once, without a turn of the loop where the task is synchronous. Throws or rejects with the task's error. */
  run(conversationId: string, task: () => Promise<void> | void): Promise<void> | void {
    const tail = this.tails.get(conversationId);
    const result = tail ? tail.then(task) : task();
    if (!(result instanceof Promise)) return;
    const settled = result.then(ignore, ignore).then(() => {
      if (this.tails.get(conversationId) === settled) this.tails.delete(conversationId);
    });
    this.tails.set(conversationId, settled);
    return result;
  }

  isBusy(conversationId: string): boolean {
    return this.tails.has(conversationId);
  }

  /** Resolves when all that runs now is done. */
  async idle(): Promise<void> {
    await Promise.all(this.tails.values());
  }
}

const ignore = (): void => {};
