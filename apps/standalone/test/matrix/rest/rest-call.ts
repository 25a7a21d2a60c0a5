import type { OutgoingHttpHeaders } from 'node:http';
import type { Person, WireAnswer } from '@app/testing';
import type { Audience, World } from '../world.js';

/** What one cell asks, of whom, and what must be true afterwards when it is allowed. */
export interface RestCall {
  /** Whose token goes along, where the cell wants one; for `bad` and `admin` the one whom the token pretends to be. */
  readonly caller: Person;
  /** With its ids filled in. */
  readonly path: string;
  /** Goes as JSON, a text as it is. */
  readonly body?: unknown;
  readonly headers?: OutgoingHttpHeaders;
  /** Whose sessions must see nothing when the cell is refused. */
  readonly audience: Audience;
  readonly effect?: (answer: WireAnswer) => Promise<void> | void;
}

/** Makes the scene of a case afresh. `none`, `bad` and `admin` get the scene in which a good token would be allowed. */
export type RestRecipe = (world: World, name: string) => Promise<RestCall>;
export type RestRecipes = Readonly<Record<string, RestRecipe>>;

/** An id that nobody has. */
export const NOBODY = 9_007_199_254_740_991;
