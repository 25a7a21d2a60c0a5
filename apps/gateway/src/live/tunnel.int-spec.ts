import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { closeFrame } from './frame-boundary.js';
import { TUNNEL_TIMES, Tunnel } from './tunnel.js';

/** Two ends of one TCP connection. */
async function pair(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const far = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true });
  const [near] = (await once(server, 'connection')) as [Socket];
  server.close();
  for (const socket of [near, far]) socket.on('error', () => undefined);
  onTestFinished(() => {
    for (const socket of [near, far]) socket.destroy();
  });
  return [near, far];
}

async function open(times = TUNNEL_TIMES, firstBytes = '') {
  const [clientSide, client] = await pair();
  const [serviceSide, service] = await pair();
  const tunnel = new Tunnel(clientSide, serviceSide, Buffer.from(firstBytes), times);
  return { tunnel, client, service, clientSide, serviceSide };
}

const gather = (socket: Socket): { text: string } => {
  const seen = { text: '' };
  socket.on('data', (chunk: Buffer) => (seen.text += chunk.toString('latin1')));
  return seen;
};

describe('a tunnel', () => {
  it('carries bytes both ways, the first ones first', async () => {
    const { client, service } = await open(TUNNEL_TIMES, 'first ');
    const [atClient, atService] = [gather(client), gather(service)];
    service.write('down');
    client.write('up');
    await vi.waitFor(() => expect([atClient.text, atService.text]).toEqual(['first down', 'up']));
  });

  it('lets the service answer after the client has ended its half', async () => {
    const { tunnel, client, service } = await open();
    const [atClient, atService] = [gather(client), gather(service)];
    client.end('bye');
    await once(service, 'end');
    expect(atService.text).toBe('bye');
    service.end('bye, too');
    await tunnel.ended;
    await vi.waitFor(() => expect(atClient.text).toBe('bye, too'));
  });

  it('lets the client answer after the service has ended its half', async () => {
    const { tunnel, client, service } = await open();
    const [atClient, atService] = [gather(client), gather(service)];
    service.end('closing');
    await once(client, 'end');
    client.end('closed');
    await tunnel.ended;
    await vi.waitFor(() => expect([atClient.text, atService.text]).toEqual(['closing', 'closed']));
  });

  it('gives the second half a limited time', async () => {
    const { tunnel, client, service } = await open({ ...TUNNEL_TIMES, halfOpenMs: 20 });
    gather(client);
    service.end();
    await once(client, 'end');
    await expect(tunnel.ended).resolves.toBeUndefined();
  });

  it.each(['client', 'service'] as const)('closes the other side when the %s is cut off', async (side) => {
    const ends = await open();
    const other = side === 'client' ? ends.service : ends.client;
    gather(other);
    ends[side].resetAndDestroy();
    await once(other, 'end');
    other.end();
    await expect(ends.tunnel.ended).resolves.toBeUndefined();
  });

  it('stops reading from the service while the client takes nothing', async () => {
    const { client, service, clientSide, serviceSide } = await open();
    client.pause();
    const chunk = Buffer.alloc(1 << 20);
    for (let i = 0; i < 64; i += 1) service.write(chunk);
    await vi.waitFor(() => expect(serviceSide.isPaused()).toBe(true));
    expect(clientSide.writableLength).toBeLessThan(1 << 20);
    let received = 0;
    client.on('data', (data: Buffer) => (received += data.length));
    client.resume();
    await vi.waitFor(() => expect(received).toBe(64 << 20), { timeout: 10_000 });
  });

  it('ends a client that takes nothing for too long', async () => {
    const { tunnel, client, service } = await open({ ...TUNNEL_TIMES, blockedMs: 20 });
    client.pause();
    const chunk = Buffer.alloc(1 << 20);
    for (let i = 0; i < 64; i += 1) service.write(chunk);
    await expect(tunnel.ended).resolves.toBeUndefined();
  });
});

describe('a draining tunnel', () => {
  const quick = { ...TUNNEL_TIMES, lastWordsMs: 30 };
  const frame = (text: string): string =>
    Buffer.concat([Buffer.from([0x81, text.length]), Buffer.from(text)]).toString('latin1');
  const goodbye = closeFrame(1012).toString('latin1');

  it('passes on what the service still says, then a close frame that tells to come back', async () => {
    const { tunnel, client, service } = await open(quick);
    const [atClient, atService] = [gather(client), gather(service)];
    client.once('end', () => client.end());
    const drained = tunnel.drain();
    client.write('too late');
    service.write(frame('receipt'), 'latin1');
    await drained;
    await vi.waitFor(() => expect(atClient.text).toBe(frame('receipt') + goodbye));
    expect(atService.text).toBe('');
  });

  it('puts no close frame into the middle of another frame', async () => {
    const { tunnel, client, service } = await open(quick);
    const atClient = gather(client);
    client.once('end', () => client.end());
    const half = frame('receipt').slice(0, 4);
    service.write(half, 'latin1');
    await vi.waitFor(() => expect(atClient.text).toBe(half));
    await tunnel.drain();
    expect(atClient.text).toBe(half);
  });

  it('sends no second close frame', async () => {
    const { tunnel, client, service } = await open(quick);
    const atClient = gather(client);
    client.once('end', () => client.end());
    service.write(closeFrame(1001));
    await vi.waitFor(() => expect(atClient.text).toHaveLength(4));
    await tunnel.drain();
    expect(atClient.text).toBe(closeFrame(1001).toString('latin1'));
  });

  it('does not wait for a client that answers nothing', async () => {
    const { tunnel, client } = await open({ ...quick, goodbyeMs: 20 });
    gather(client);
    await expect(tunnel.drain()).resolves.toBeUndefined();
  });
});
