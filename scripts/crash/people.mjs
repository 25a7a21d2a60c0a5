import { LedgerClient } from './client.mjs';
import { request } from './rest.mjs';
import { privateId } from './workload.mjs';

async function register(baseUrl, index) {
  const username = `crash-${index}`;
  const password = `password of ${username}`;
  const body = { username, password, email: `${username}@example.test` };
  const { id } = await request(baseUrl, 'POST', '/api/auth/register', { body });
  const { token } = await request(baseUrl, 'POST', '/api/auth/login', { body: { username, password } });
  return { index, id, username, token };
}

/** The first of `members` makes the group; the others are contacts of theirs first, as adding asks. */
async function makeGroup(baseUrl, [creator, ...members], name) {
  const { token } = creator;
  const { id } = await request(baseUrl, 'POST', '/api/groups', { token, body: { name } });
  for (const member of members) await request(baseUrl, 'POST', `/api/contacts/${member.id}`, { token });
  await request(baseUrl, 'POST', `/api/groups/${id}/users`, { token, body: { userIds: members.map((m) => m.id) } });
  return id;
}

/** Users with a client each, the groups, and who belongs to which conversation. */
export async function gather(system, plan, ledger) {
  const { gatewayUrl: gateway, chatUrl: chat } = system;
  const people = await Promise.all(Array.from({ length: plan.users }, (_, index) => register(gateway, index)));
  const groupIds = [];
  for (const indexes of plan.groups) {
    const members = indexes.map((index) => people[index]);
    groupIds.push(await makeGroup(gateway, members, `group ${groupIds.length}`));
  }
  for (const person of people) {
    person.groups = groupIds.filter((_, group) => plan.groups[group].includes(person.index));
    person.foreignGroup = groupIds.find((id) => !person.groups.includes(id)) ?? null;
    person.client = new LedgerClient({ gateway, chat }, person, ledger);
  }
  return { people, groupIds, members: membersOf(people, groupIds) };
}

function membersOf(people, groupIds) {
  const groups = groupIds.map((id) => [`g:${id}`, people.filter(({ groups }) => groups.includes(id)).map((p) => p.id)]);
  const pairs = people.flatMap(({ id }, index) =>
    people.slice(index + 1).map((other) => [privateId(id, other.id), [id, other.id]]),
  );
  return Object.fromEntries([...groups, ...pairs]);
}
