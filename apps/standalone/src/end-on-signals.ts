/** One press of Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const ONE_PRESS_MS = 1_000;
const INTERRUPTED = 130;

export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown;
}

export interface EndOptions {
  /** Ends the system in order. */
  readonly stop: () => Promise<void>;
  /** After this long the process ends whatever still runs, with code 1. */
  readonly hardExitMs: number;
  readonly exit: (code: number) => void;
  readonly say: (line: string) => void;
  readonly signals?: SignalSource;
  readonly now?: () => number;
}

/** On SIGINT or SIGTERM stops in order and exits with 0; on a second one exits at once with 130. */
export function endOnSignals({ stop, hardExitMs, exit, say, signals = process, now = Date.now }: EndOptions): void {
  let since: number | null = null;
  const end = async (): Promise<void> => {
    const deadline = setTimeout(() => {
      say(`Not finished after ${hardExitMs} ms: ended without waiting longer.`);
      exit(1);
    }, hardExitMs);
    deadline.unref();
    await stop();
    clearTimeout(deadline);
    say('Stopped.');
    exit(0);
  };
  const onSignal = (): void => {
    if (since === null) {
      since = now();
      say('Stopping: what is under way is finished first. Ctrl-C again ends at once.');
      void end();
    } else if (now() - since > ONE_PRESS_MS) exit(INTERRUPTED);
  };
  signals.on('SIGINT', onSignal);
  signals.on('SIGTERM', onSignal);
}
