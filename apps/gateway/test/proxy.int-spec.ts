import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { SERVICES } from '@app/contracts';
import { describe, expect, it, vi } from 'vitest';
import { Gateway, ORIGIN, Upstream, answered, textOf } from './gateway-harness.js';

const json = { 'content-type': 'application/json' };
const instanceOf = (response: Response): string | null => response.headers.get('x-instance-id');

describe('routing', () => {
  it('sends each path to its service, which answers for itself', async () => {
    const { gateway, auth, chat } = await Gateway.withServices();
    expect(instanceOf(await gateway.fetch('/api/contacts?page=1&q=%C3%A4'))).toBe('auth-1');
    expect(instanceOf(await gateway.fetch('/api/groups/3/members'))).toBe('chat-1');
    expect(auth.seen.map(({ url }) => url)).toEqual(['/api/contacts?page=1&q=%C3%A4']);
    expect(chat.seen.map(({ url }) => url)).toEqual(['/api/groups/3/members']);
  });

  it('takes turns among the instances', async () => {
    const { gateway, chats } = await Gateway.withServices(['chat-1', 'chat-2', 'chat-3']);
    for (let i = 0; i < 9; i += 1) await gateway.fetch('/api/groups');
    expect(chats.map(({ seen }) => seen.length)).toEqual([3, 3, 3]);
  });

  it('follows the registry', async () => {
    const { gateway, registrations } = await Gateway.withServices(['chat-1', 'chat-2']);
    await registrations[0]!.deregister();
    await vi.waitFor(async () => {
      const ids = await Promise.all([1, 2, 3, 4].map(async () => instanceOf(await gateway.fetch('/api/groups'))));
      expect(ids).toEqual(['chat-2', 'chat-2', 'chat-2', 'chat-2']);
    });
  });
});

describe('headers', () => {
  it('tell the service who asks, and let nobody else tell it', async () => {
    const { gateway, chat } = await Gateway.withServices(['chat-1'], { TRUSTED_PROXIES: '10.0.0.0/8' });
    const forged = {
      'x-user-id': '1',
      'x-forwarded-for': '9.9.9.9',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      forwarded: 'for=9.9.9.9',
      'x-request-id': 'my-id_1',
      'x-other': 'kept',
    };
    const response = await gateway.fetch('/api/groups', { headers: forged });
    const [{ headers }] = chat.seen as [(typeof chat.seen)[0]];
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': `127.0.0.1:${gateway.port}`,
      'x-request-id': 'my-id_1',
      'x-other': 'kept',
    });
    expect(headers).not.toHaveProperty('x-user-id');
    expect(headers).not.toHaveProperty('forwarded');
    expect(response.status).toBe(200);
  });

  it('tell the address that a trusted proxy saw', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const headers = { 'x-forwarded-for': '6.6.6.6, 9.9.9.9', 'x-forwarded-proto': 'https' };
    await gateway.fetch('/api/groups', { headers });
    expect(chat.seen[0]?.headers).toMatchObject({ 'x-forwarded-for': '9.9.9.9', 'x-forwarded-proto': 'https' });
  });

  it('give a request without a usable id a new one', async () => {
    const { gateway, chat } = await Gateway.withServices();
    await gateway.fetch('/api/groups', { headers: { 'x-request-id': 'not usable' } });
    await gateway.fetch('/api/groups');
    const ids = chat.seen.map(({ headers }) => headers['x-request-id']);
    expect(ids[0]).toMatch(/^[\w-]{1,64}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it('of one hop do not pass, in either direction', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) => {
      response.setHeader('connection', 'x-hop');
      response.setHeader('x-hop', '1');
      response.setHeader('proxy-authenticate', 'Basic');
      response.setHeader('x-end', '1');
      response.end();
    };
    const request = gateway.request('/api/groups', {
      headers: {
        authorization: `Bearer ${gateway.token()}`,
        connection: 'close, x-secret',
        'x-secret': '1',
        te: 'trailers',
      },
    });
    request.end();
    const { headers } = await answered(request);
    expect(chat.seen[0]?.headers).not.toHaveProperty('x-secret');
    expect(chat.seen[0]?.headers).not.toHaveProperty('te');
    expect(headers).toMatchObject({ 'x-end': '1' });
    expect(headers).not.toHaveProperty('x-hop');
    expect(headers).not.toHaveProperty('proxy-authenticate');
  });

  it('that repeat come through as often', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) => void response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end();
    expect((await gateway.fetch('/api/groups')).headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  });
});

describe('CORS', () => {
  const theirs = { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'false', vary: 'Accept' };

  it('stands once, as the gateway says it', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) => void response.writeHead(200, theirs).end();
    const { rawHeaders } = await answered(
      gateway.request('/api/groups', { headers: { authorization: `Bearer ${gateway.token()}`, origin: ORIGIN } }).end(),
    );
    const of = (name: string) => rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
    expect(of('access-control-allow-origin')).toEqual([ORIGIN]);
    expect(of('access-control-allow-credentials')).toEqual(['true']);
    expect(of('vary')).toEqual(['Accept, Origin']);
  });

  it('allows no origin that is not listed, whatever the service says', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) => void response.writeHead(200, theirs).end();
    const { headers } = await gateway.fetch('/api/groups', { headers: { origin: 'http://evil.example' } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('answers preflights itself, also while the service is away', async () => {
    const gateway = await Gateway.start();
    const headers = {
      origin: ORIGIN,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization',
    };
    const response = await gateway.fetch('/api/auth/profile', { method: 'OPTIONS', headers }, null);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-allow-methods')).toContain('PUT');
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization');
  });

  it('leaves the preflights of live paths to the chat service', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) =>
      void response.writeHead(200, { 'access-control-allow-methods': 'OPTIONS, POST' }).end();
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST' };
    const response = await gateway.fetch('/ws/0/s/xhr', { method: 'OPTIONS', headers }, null);
    expect(response.headers.get('access-control-allow-methods')).toBe('OPTIONS, POST');
    expect(chat.seen[0]?.method).toBe('OPTIONS');
  });
});

describe('bodies', () => {
  it.each(['POST', 'PUT', 'DELETE'])('of %s arrive whole', async (method) => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (request, response) => void request.on('end', () => response.end('done'));
    const body = 'x'.repeat(60_000);
    const response = await gateway.fetch('/api/groups', { method, body, headers: json });
    expect(await response.text()).toBe('done');
    expect(chat.seen[0]?.body).toBe(body);
    expect(chat.seen[0]?.headers['content-length']).toBe('60000');
  });

  it('reach the service as they come', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (request, response) => void request.on('end', () => response.end('done'));
    const request = gateway.request('/api/groups', {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token()}` },
    });
    request.write('first ');
    await vi.waitFor(() => expect(chat.seen[0]?.body).toBe('first '));
    request.end('second');
    expect(await textOf(await answered(request))).toBe('done');
    expect(chat.seen[0]?.body).toBe('first second');
  });

  it('of answers reach the client as they come', async () => {
    const { gateway, chat } = await Gateway.withServices();
    let stream: NodeJS.WritableStream | undefined;
    chat.answer = (_request, response) => {
      stream = response;
      response.flushHeaders();
    };
    const response = await gateway.fetch('/ws/0/s/xhr_streaming', { method: 'POST' }, null);
    expect(response.status).toBe(200);
    const reader = response.body!.getReader();
    for (const part of ['o\n', 'a["x"]\n', 'h\n']) {
      stream!.write(part);
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe(part);
    }
    stream!.end();
    expect((await reader.read()).done).toBe(true);
  });

  it('stop at a client that does not take them', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const sizes = { written: 0 };
    chat.answer = (_request, response) => {
      const chunk = Buffer.alloc(1 << 20);
      const more = (): void => {
        while (sizes.written < 256 << 20) {
          sizes.written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
        response.end();
      };
      more();
    };
    const response = await answered(gateway.request('/ws/0/s/xhr_streaming', { method: 'POST' }).end());
    const before = await settled(() => sizes.written);
    expect(before).toBeLessThan(64 << 20);
    let read = 0;
    for await (const chunk of response) read += (chunk as Buffer).length;
    expect(read).toBe(256 << 20);
  });

  it('above 64 KiB are refused before they are read', async () => {
    const { gateway, chat } = await Gateway.withServices();
    const response = await gateway.fetch('/api/groups', { method: 'POST', body: 'x'.repeat(65_537), headers: json });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', path: '/api/groups' });
    expect(chat.seen).toEqual([]);
    expect(
      (await gateway.fetch('/api/groups', { method: 'POST', body: 'x'.repeat(65_536), headers: json })).status,
    ).toBe(200);
  });

  it('that the service refuses half way end with its answer', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (request, response) => {
      request.once('data', () => response.writeHead(413, { connection: 'close' }).end('too large'));
    };
    const request = gateway.request('/api/groups', {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token()}` },
    });
    request.on('error', () => undefined);
    request.write('x'.repeat(70_000));
    const response = await answered(request);
    expect([response.statusCode, await textOf(response)]).toEqual([413, 'too large']);
    request.destroy();
  });

  it('are not asked of a HEAD', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (_request, response) => void response.writeHead(200, { 'content-length': '12' }).end();
    const response = await gateway.fetch('/api/groups', { method: 'HEAD' });
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['12', '']);
  });

  it('may be empty', async () => {
    const { gateway } = await Gateway.withServices();
    const post = await gateway.fetch('/api/groups', { method: 'POST', body: '', headers: json });
    expect([post.status, await post.text()]).toEqual([200, 'ok']);
  });
});

/** The value once it no longer changes. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  await vi.waitFor(
    () => {
      const now = read();
      const still = now === last && now > 0;
      last = now;
      expect(still).toBe(true);
    },
    { interval: 150, timeout: 10_000 },
  );
  return last;
}

describe('a service that is away', () => {
  it('is 503 with Retry-After, in the one error form', async () => {
    const gateway = await Gateway.start();
    const response = await gateway.fetch('/api/groups', { headers: { origin: ORIGIN, 'x-request-id': 'r-1' } });
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('1');
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-request-id')).toBe('r-1');
    expect(instanceOf(response)).toMatch(/^local-/);
    expect(await response.json()).toMatchObject({
      status: 503,
      error: 'Service Unavailable',
      code: 'UNAVAILABLE',
      path: '/api/groups',
      requestId: 'r-1',
    });
  });

  it.each(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])('has its %s done by another instance', async (method) => {
    const { gateway, chats } = await Gateway.withServices(['chat-1', 'chat-2']);
    await chats[0]!.stop();
    const body = method === 'GET' || method === 'HEAD' ? undefined : 'the body';
    for (let i = 0; i < 4; i += 1) {
      const response = await gateway.fetch('/api/groups', { method, ...(body === undefined ? {} : { body }) });
      expect([response.status, instanceOf(response)]).toEqual([200, 'chat-2']);
    }
    expect(chats[1]!.seen.map((seen) => seen.body)).toEqual(Array(4).fill(body ?? ''));
  });

  it('has a body that is still coming sent to another instance', async () => {
    const { gateway, chats } = await Gateway.withServices(['chat-1', 'chat-2']);
    await chats[0]!.stop();
    chats[1]!.answer = (request, response) => void request.on('end', () => response.end('done'));
    for (let i = 0; i < 2; i += 1) {
      const request = gateway.request('/api/groups', {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.token()}` },
      });
      request.write('first ');
      await vi.waitFor(() => expect(chats[1]!.seen.at(i)?.body).toBe('first '));
      request.end('second');
      expect(await textOf(await answered(request))).toBe('done');
    }
  });

  it('is 503 when every instance refuses', async () => {
    const { gateway, chats } = await Gateway.withServices(['chat-1', 'chat-2']);
    await Promise.all(chats.map((chat) => chat.stop()));
    expect((await gateway.fetch('/api/groups', { method: 'POST', body: 'x' })).status).toBe(503);
  });

  it('is asked again when it is back', async () => {
    const { gateway, chat } = await Gateway.withServices(['chat-1']);
    await gateway.fetch('/api/groups');
    await chat.stop();
    expect((await gateway.fetch('/api/groups')).status).toBe(503);
    const again = await Upstream.start('chat-1');
    await gateway.register(again, SERVICES.chat);
    await vi.waitFor(async () => expect((await gateway.fetch('/api/groups')).status).toBe(200));
  });
});

describe('a connection that breaks before the answer', () => {
  const breakFirst = (upstream: Upstream, times: number): void => {
    let left = times;
    upstream.answer = (request, response) => {
      left -= 1;
      if (left >= 0) request.socket.destroy();
      else response.end('ok');
    };
  };

  it('has a GET asked once more', async () => {
    const { gateway, chat } = await Gateway.withServices();
    breakFirst(chat, 1);
    expect((await gateway.fetch('/api/groups')).status).toBe(200);
    expect(chat.seen).toHaveLength(2);
  });

  it('has a GET asked no third time', async () => {
    const { gateway, chat } = await Gateway.withServices();
    breakFirst(chat, 9);
    expect((await gateway.fetch('/api/groups')).status).toBe(503);
    expect(chat.seen).toHaveLength(2);
  });

  it('has a POST sent once only: what became of it is unknown', async () => {
    const { gateway, chats } = await Gateway.withServices(['chat-1', 'chat-2']);
    for (const chat of chats) breakFirst(chat, 1);
    const response = await gateway.fetch('/api/chat/messages', { method: 'POST', body: '{}', headers: json });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(chats.flatMap(({ seen }) => seen)).toHaveLength(1);
  });
});

describe('an answer that does not come to its end', () => {
  it('ends the wait of the client after the time limit', async () => {
    const { gateway, chat } = await Gateway.withServices(['chat-1'], { HTTP_REQUEST_TIMEOUT_MS: '300' });
    chat.answer = () => undefined;
    expect((await gateway.fetch('/api/groups')).status).toBe(503);
  });

  it('is cut off at the client, too', async () => {
    const { gateway, chat } = await Gateway.withServices();
    chat.answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
    };
    const response = await gateway.fetch('/api/groups');
    await expect(response.text()).rejects.toThrow(TypeError);
  });

  it('is given up when the client leaves', async () => {
    const { gateway, chat } = await Gateway.withServices();
    let closed: Promise<unknown> | undefined;
    chat.answer = (_request, response) => {
      closed = once(response, 'close');
      response.flushHeaders();
    };
    const request = gateway.request('/ws/0/s/xhr_streaming', { method: 'POST' });
    request.on('error', () => undefined).end();
    await answered(request);
    request.destroy();
    expect(await closed).toEqual([]);
  });

  it('is given up when the client leaves before it began', async () => {
    const { gateway, chat } = await Gateway.withServices();
    let request: IncomingMessage | undefined;
    chat.answer = (incoming) => void (request = incoming);
    const call = gateway.request('/api/groups', { headers: { authorization: `Bearer ${gateway.token()}` } });
    call.on('error', () => undefined).end();
    await vi.waitFor(() => expect(request).toBeDefined());
    const closed = once(request!.socket, 'close');
    call.destroy();
    expect(await closed).toEqual([expect.any(Boolean)]);
  });
});

describe('a gateway that shuts down', () => {
  it('lets what is under way end, takes nothing new, and goes', async () => {
    const { gateway, chat } = await Gateway.withServices(['chat-1'], { SHUTDOWN_DRAIN_MS: '5000' });
    let finish: (() => void) | undefined;
    chat.answer = (_request, response) => void (finish = () => response.end('in time'));
    const slow = gateway.fetch('/api/groups');
    await vi.waitFor(() => expect(finish).toBeDefined());
    const closing = gateway.app.close();
    await vi.waitFor(async () => expect((await gateway.fetch('/health/ready', {}, null)).status).toBe(503));
    const late = await gateway.fetch('/api/groups');
    expect([late.status, late.headers.get('connection')]).toEqual([503, 'close']);
    finish!();
    expect(await (await slow).text()).toBe('in time');
    await closing;
    await expect(gateway.fetch('/health/live', {}, null)).rejects.toThrow(TypeError);
  });

  it('waits for nobody longer than the drain time', async () => {
    const { gateway, chat } = await Gateway.withServices(['chat-1'], { SHUTDOWN_DRAIN_MS: '50' });
    let asked = false;
    chat.answer = () => void (asked = true);
    const lost = gateway.fetch('/api/groups').catch(() => 'cut off');
    await vi.waitFor(() => expect(asked).toBe(true));
    await gateway.app.close();
    expect(await lost).toBe('cut off');
  });
});

it('keeps connections to the services', async () => {
  const { gateway, chat } = await Gateway.withServices();
  for (let i = 0; i < 20; i += 1) await (await gateway.fetch('/api/groups')).text();
  expect(chat.sockets.size).toBe(1);
});
