import { readFileSync } from 'node:fs';

/** Columns of section 10: who calls. Every other case of a row has a name of its own. */
export const ACTORS = [
  'none',
  'bad',
  'admin',
  'stranger',
  'related',
  'owner',
  'blockedByTarget',
  'blocksTarget',
  'exMember',
] as const;
export type Actor = (typeof ACTORS)[number];
export type DoorName = 'gateway' | 'auth' | 'chat';

interface Row {
  readonly variant?: string;
  readonly cells: Readonly<Record<string, string>>;
  readonly others?: Readonly<Record<string, string>>;
}

export interface RestRow extends Row {
  /** Method and path template. */
  readonly operation: string;
  /** Whose operation it is; null: the doors' own. */
  readonly service: 'auth' | 'chat' | null;
  /** Default: the gateway and the service. */
  readonly doors?: readonly DoorName[];
}

export interface StompRow extends Row {
  readonly frame: string;
}

export interface Matrix {
  readonly actors: Readonly<Record<Actor, string>>;
  readonly rest: readonly RestRow[];
  readonly stomp: readonly StompRow[];
}

export const matrix = JSON.parse(readFileSync(new URL('authorisation-matrix.json', import.meta.url), 'utf8')) as Matrix;

/** What a cell says: an HTTP status or a STOMP outcome, the error code of a refusal, and a word of explanation. */
export interface Outcome {
  readonly kind: string;
  readonly code: string | null;
  readonly note: string | null;
}

export function parseOutcome(text: string): Outcome {
  const match = /^(\d{3}|OK|DENY|DROP|CLOSE)(?: ([A-Z_]+|\d{4}))?(?: \(([^()]+)\))?$/.exec(text);
  if (!match) throw new Error(`no outcome: ${text}`);
  return { kind: match[1]!, code: match[2] ?? null, note: match[3] ?? null };
}

export const idOf = (row: RestRow | StompRow): string =>
  ['operation' in row ? row.operation : row.frame, row.variant].filter((part) => part !== undefined).join(' · ');

export interface Cell<R extends RestRow | StompRow> {
  readonly row: R;
  readonly door: DoorName;
  /** An actor, or the name of another case of the row. */
  readonly case: string;
  readonly outcome: Outcome;
  readonly text: string;
}

const doorsOf = (row: RestRow | StompRow): readonly DoorName[] =>
  'operation' in row ? (row.doors ?? ['gateway', row.service!]) : ['gateway', 'chat'];

/** Every cell of a row at every door; the role rule is the gateway's own (security.md S56). */
export function cellsOf<R extends RestRow | StompRow>(row: R): Cell<R>[] {
  const cases = Object.entries({ ...row.cells, ...row.others });
  return cases.flatMap(([name, text]) => {
    const doors = name === 'admin' ? doorsOf(row).filter((door) => door === 'gateway') : doorsOf(row);
    return doors.map((door) => ({ row, door, case: name, outcome: parseOutcome(text), text }));
  });
}
