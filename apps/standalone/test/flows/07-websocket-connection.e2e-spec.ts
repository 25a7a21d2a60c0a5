import { LiveClient, Person, type LiveTransport } from '@app/testing';
import type { PresenceNotice } from '@app/contracts';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const urls = inject('urls');
const doors = [...new Set([urls.gateway, urls.chat])];
const ways: [LiveTransport, string][] = [
  ['websocket', '/ws'],
  ['websocket', '/ws/websocket'],
  ['sockjs-websocket', '/ws'],
  ['xhr-streaming', '/ws'],
  ['xhr-polling', '/ws'],
  ['eventsource', '/ws'],
];

describe('flow 7: WebSocket connection', () => {
  let alice: Person;
  let bob: Person;
  beforeAll(async () => {
    [alice, bob] = [await Person.join(urls, 'alice'), await Person.join(urls, 'bob')];
  });
  afterAll(() => Promise.all([alice.leave(), bob.leave()]));

  it.each(doors.flatMap((door) => ways.map((way) => [door, ...way] as const)))(
    'connects at %s over %s at %s and gets a RECEIPT for its SUBSCRIBE',
    async (baseUrl, transport, path) => {
      const live = await bob.live({ baseUrl, transport, path });
      await live.subscribe('/topic/public');
      await live.disconnect();
      expect(live.connected).toBe(false);
    },
  );

  it('tells everyone: JOIN with the name in the list, LEAVE after the last session', async () => {
    const dora = await Person.join(urls, 'dora');
    const notices = await (await alice.live()).subscribe<PresenceNotice>('/topic/public');
    const live = await dora.live();
    const join = await notices.find(({ body }) => body.type === 'JOIN' && body.sender === dora.username);
    expect(join.body.content.split(',')).toContain(dora.username);
    await live.disconnect();
    const leave = await notices.find(({ body }) => body.type === 'LEAVE' && body.sender === dora.username, 8_000);
    expect(leave.body.content.split(',')).not.toContain(dora.username);
  });

  it.each([
    ['no token', null],
    ['a bad token', 'not-a-token'],
  ])('answers ERROR and closes with %s', async (_, token) => {
    await expect(LiveClient.connect(urls.gateway, token)).rejects.toThrow(/ERROR/);
  });

  it('takes the token of the upgrade when CONNECT has none', async () => {
    const { WebSocket } = await import('ws');
    const socket = new WebSocket(`${urls.gateway.replace('http', 'ws')}/ws`, ['v12.stomp'], {
      headers: { authorization: `Bearer ${bob.token}` },
    });
    const first = new Promise<string>((resolve, reject) => {
      socket.once('message', (data: Buffer) => resolve(data.toString()));
      socket.once('error', reject);
    });
    socket.once('open', () => socket.send('CONNECT\naccept-version:1.2\nheart-beat:0,0\n\n\0'));
    expect(await first).toContain(`user-name:${bob.username}`);
    socket.close();
  });
});
