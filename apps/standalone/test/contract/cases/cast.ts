import type { GroupDto, MessageDto } from '@app/contracts';
import type { Person } from '@app/testing';
import type { ContractSystem } from '../contract-system.js';

/** People whom the cases of a file share, in a state that no case changes. */
export interface Cast {
  readonly system: ContractSystem;
  readonly alice: Person;
  /** Has talked with alice, is her contact and in her group. */
  readonly bob: Person;
  /** Knows nobody, is known by nobody. */
  readonly stranger: Person;
  /** Blocks alice. */
  readonly blocker: Person;
  readonly deleted: Person;
  readonly group: GroupDto;
  /** Bob's to alice, and bob's to the group. */
  readonly message: MessageDto;
  readonly groupMessage: MessageDto;
}

export async function makeCast(system: ContractSystem): Promise<Cast> {
  const [alice, bob, stranger, blocker, deleted] = await system.people(5);
  const cast = { alice: alice!, bob: bob!, stranger: stranger!, blocker: blocker!, deleted: deleted! };
  const group = await cast.alice.makeGroup('the room', [cast.bob]);
  await cast.blocker.rest.ok('POST', `/api/blocks/${cast.alice.id}`);
  await cast.deleted.rest.ok('DELETE', '/api/auth/profile', { password: cast.deleted.password });
  const message = await cast.bob.sendTo(cast.alice, 'a private word');
  const groupMessage = await cast.bob.sendToGroup(group.id, 'a word to all');
  return { system, ...cast, group, message, groupMessage };
}
