import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, idOf, matrix } from './matrix.js';
import { SEND_RECIPES } from './stomp/send.recipes.js';
import { SESSION_RECIPES } from './stomp/session.recipes.js';
import { StompCells } from './stomp/stomp-cell.js';
import { SUBSCRIBE_RECIPES } from './stomp/subscribe.recipes.js';
import { TRANSACTION_RECIPES } from './stomp/transaction.recipes.js';
import { World } from './world.js';

const FAMILIES = {
  'sessions and transactions': { ...SESSION_RECIPES, ...TRANSACTION_RECIPES },
  SEND: SEND_RECIPES,
  SUBSCRIBE: SUBSCRIBE_RECIPES,
};

it('every row of the matrix has a recipe', () => {
  const recipes = Object.values(FAMILIES).flatMap((family) => Object.keys(family));
  expect(recipes.toSorted()).toEqual(matrix.stomp.map(idOf).toSorted());
});

// Over raw WebSocket. A system for each family, as for REST.
describe.each(Object.entries(FAMILIES))('who may do what by STOMP: %s', (_family, recipes) => {
  let world: World;
  let cells: StompCells;
  beforeAll(async () => {
    world = await World.start({ STOMP_CONNECT_TIMEOUT_MS: '3000' });
    cells = new StompCells(world, recipes);
  });
  afterAll(() => world?.stop());

  const rows = matrix.stomp.filter((row) => idOf(row) in recipes);
  describe.each(rows.map((row) => [idOf(row), row] as const))('%s', (_id, row) => {
    it.each(cellsOf(row).map((cell) => [cell.case, cell.door, cell.text, cell] as const))(
      '%s, at %s: %s',
      (_case, _door, _text, cell) => cells.try(cell),
    );
  });
});
