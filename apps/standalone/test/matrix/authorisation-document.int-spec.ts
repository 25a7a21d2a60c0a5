import { describe, expect, it } from 'vitest';
import { renderAuthorisation } from './authorisation-document.js';
import { ACTORS, idOf, matrix, parseOutcome } from './matrix.js';

// After a change of the matrix: npx vitest run apps/standalone/test/matrix --config scripts/vitest.config.ts --project int -u
it('docs/authorisation.md is up to date', () =>
  expect(renderAuthorisation()).toMatchFileSnapshot('../../../../docs/authorisation.md'));

describe.each([...matrix.rest, ...matrix.stomp].map((row) => [idOf(row), row] as const))('%s', (_id, row) => {
  it('has cells of known actors, and outcomes that can be read', () => {
    for (const actor of Object.keys(row.cells)) expect(ACTORS).toContain(actor);
    for (const text of Object.values({ ...row.cells, ...row.others })) expect(parseOutcome(text).kind).not.toBe('');
  });
});

it('no row stands twice', () => {
  const ids = [...matrix.rest, ...matrix.stomp].map(idOf);
  expect(new Set(ids).size).toBe(ids.length);
});
