import type { FrameHeaders, Person, StompSocket } from '@app/testing';
import type { DoorName } from '../matrix.js';
import type { Seen } from '../tap.js';
import type { Audience, World } from '../world.js';

export interface OutFrame {
  readonly command: string;
  readonly headers: FrameHeaders;
  readonly body?: unknown;
}

/** What one cell sends in a session of the caller's, and who sees what of it when it is allowed. */
export interface FrameCall {
  readonly caller: Person;
  readonly frames: readonly OutFrame[];
  /** Index of the frame whose RECEIPT or refusal is the outcome; default the last. */
  readonly judged?: number;
  /** What the session does before. */
  readonly before?: (session: StompSocket) => Promise<void>;
  readonly audience: Audience;
  /** Allowed or not, no row changes. */
  readonly traceless?: boolean;
  /** All that comes to the other sessions, the caller's own among them; default nothing. */
  readonly sees?: ReadonlyMap<Person, readonly Seen[]>;
  readonly effect?: (session: StompSocket) => Promise<void>;
}

/** A cell that is no frame of a connected session. */
export interface CustomCall {
  readonly run: (door: DoorName) => Promise<void>;
}

export type StompCall = FrameCall | CustomCall;
/** Makes the scene of a case afresh; `none` and `bad` get the one in which a good token would be allowed. */
export type StompRecipe = (world: World, name: string) => Promise<StompCall>;
export type StompRecipes = Readonly<Record<string, StompRecipe>>;

export const sendFrame = (destination: string, body: unknown, headers: FrameHeaders = {}): OutFrame => ({
  command: 'SEND',
  headers: { destination, ...headers },
  body,
});
export const subscribeFrame = (destination: string, id = 'judged'): OutFrame => ({
  command: 'SUBSCRIBE',
  headers: { id, destination },
});
