import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellsOf, idOf, matrix } from './matrix.js';
import { ACCOUNT_RECIPES } from './rest/accounts.recipes.js';
import { CONVERSATION_RECIPES } from './rest/conversations.recipes.js';
import { EDGE_RECIPES } from './rest/edge.recipes.js';
import { GROUP_RECIPES } from './rest/groups.recipes.js';
import { MESSAGE_RECIPES } from './rest/messages.recipes.js';
import { PEOPLE_RECIPES } from './rest/people.recipes.js';
import { RestCells } from './rest/rest-cell.js';
import { World } from './world.js';

const FAMILIES = {
  'accounts and people': { ...ACCOUNT_RECIPES, ...PEOPLE_RECIPES },
  'messages and conversations': { ...MESSAGE_RECIPES, ...CONVERSATION_RECIPES },
  'groups and edges': { ...GROUP_RECIPES, ...EDGE_RECIPES },
};

it('every row of the matrix has a recipe', () => {
  const recipes = Object.values(FAMILIES).flatMap((family) => Object.keys(family));
  expect(recipes.toSorted()).toEqual(matrix.rest.map(idOf).toSorted());
});

// A system for each family: what is refused is judged by dumps of the whole database, which should stay small.
describe.each(Object.entries(FAMILIES))('who may do what by REST: %s', (_family, recipes) => {
  let world: World;
  let cells: RestCells;
  beforeAll(async () => {
    world = await World.start();
    cells = new RestCells(world, recipes);
  });
  afterAll(() => world?.stop());

  const rows = matrix.rest.filter((row) => idOf(row) in recipes);
  describe.each(rows.map((row) => [idOf(row), row] as const))('%s', (_id, row) => {
    it.each(cellsOf(row).map((cell) => [cell.case, cell.door, cell.text, cell] as const))(
      '%s, at %s: %s',
      (_case, _door, _text, cell) => cells.try(cell),
    );
  });
});
