export interface LedgerMessage {
  id: number;
  seq: number;
  conversation: string;
  sender: number;
  key: string;
  content: string;
}
export type LedgerEntry = { at: number } & (
  | { kind: 'invoke'; user: number; key: string; conversation: string; content: string }
  | { kind: 'unknown'; user: number; key: string }
  | { kind: 'refused'; user: number; key: string; why: string }
  | { kind: 'ok'; user: number; key: string; id?: number }
  | { kind: 'push' | 'fetch' | 'apply'; user: number; message: LedgerMessage }
  | { kind: 'kill'; inFlight: number }
  | { kind: 'ready' }
);
export interface Evidence {
  entries: LedgerEntry[];
  rows: LedgerMessage[];
  lastSeqs: Record<string, number>;
  history: Record<string, LedgerMessage[]>;
  members: Record<string, number[]>;
  planned: number;
  kills: number;
  unpublished: number;
}
export type Violation =
  'lost' | 'doubled' | 'disordered' | 'diverged' | 'forged' | 'leaked' | 'phantom' | 'refused' | 'late';
export interface Verdict {
  verdict: 'valid' | 'invalid' | 'unknown';
  violations: Record<Violation, object[]>;
  doubts: string[];
  counts: Record<string, number>;
}
export declare const LATEST_MS: number;
export declare const VIOLATIONS: readonly Violation[];
export declare function deadlineOf(okAt: number, faults: readonly { from: number; to: number }[]): number;
export declare function check(evidence: Evidence): Verdict;
