/** What has been opened, to be closed in the opposite order. */
export class ClosingStack {
  private readonly steps: { readonly name: string; readonly close: () => unknown }[] = [];
  private closing: Promise<void> | null = null;

  add(name: string, close: () => unknown): void {
    this.steps.push({ name, close });
  }

  /** Runs every step, the last opened first, each after the one before has ended; `onError` hears of those that fail, the others still run. */
  close(onError: (name: string, error: unknown) => void): Promise<void> {
    this.closing ??= this.run(onError);
    return this.closing;
  }

  private async run(onError: (name: string, error: unknown) => void): Promise<void> {
    for (const { name, close } of this.steps.toReversed()) {
      try {
        await close();
      } catch (error) {
        onError(name, error);
      }
    }
  }
}
