import { ACTORS, cellsOf, idOf, matrix, type Matrix, type RestRow, type StompRow } from './matrix.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n');

function othersOf({ others = {} }: RestRow | StompRow): string {
  return Object.entries(others)
    .map(([name, outcome]) => `${name}: ${outcome}`)
    .join('; ');
}

function matrixTable(first: string, rows: readonly (RestRow | StompRow)[]): string {
  const columns = ACTORS.filter((actor) => rows.some((row) => actor in row.cells));
  const lines = rows.map((row) => [
    idOf(row).replace(/\S*[{/]\S*/g, '`$&`'),
    ...columns.map((actor) => row.cells[actor] ?? '–'),
    othersOf(row),
  ]);
  return table([first, ...columns, 'other cases'], lines);
}

/** docs/authorisation.md, made from the data that makes the tests. */
export function renderAuthorisation({ actors, rest, stomp }: Matrix = matrix): string {
  const count = (rows: readonly (RestRow | StompRow)[]): number => rows.flatMap((row) => cellsOf(row)).length;
  return [
    '# Who may do what',
    'Written from `apps/standalone/test/matrix/authorisation-matrix.json`, which makes the tests, too: each cell is tried through the gateway and straight at the service, ' +
      `${count(rest)} of REST and ${count(stomp)} of STOMP. A refused cell leaves every table as it was and shows nothing to any other session; none answers 5xx.`,
    ACTORS.map((actor) => `- **${actor}**: ${actors[actor]}`).join('\n'),
    '## REST',
    'Order of checks: 401, 400, 404, 403; only path tricks are 400 before 401.',
    matrixTable('operation', rest),
    '## STOMP',
    '**OK**: done, RECEIPT. **CLOSE**: ERROR, then the socket is closed. **DENY**: no RECEIPT, no effect, the code on `/user/queue/errors`, the session stays. ' +
      '**DROP**: no effect, not a word. A number is the status of the upgrade, or the close code.',
    matrixTable('frame', stomp),
  ]
    .join('\n\n')
    .concat('\n');
}
