import { loadConfig } from '@app/config';
import type { Principal } from '@app/security';
import { SimpUserRegistry, StompSessionEvents, type ConnectionOrigin, type StompSession } from '@app/stomp';
import { describe, expect, it } from 'vitest';
import { ConnectionCounts } from './connection-counts.js';

const principal = (name: string): Principal => ({ name, username: name }) as Principal;
const origin = (remoteAddress: string, forwarded?: string): ConnectionOrigin => ({
  remoteAddress,
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  url: '/ws',
});

function build(env: Record<string, string> = {}) {
  const base = loadConfig(env);
  const users = new SimpUserRegistry();
  const events = new StompSessionEvents((error) => {
    throw error;
  });
  const stomp = { ...base.stomp, connectionsPerUser: 2, connectionsPerAddress: 3 };
  const counts = new ConnectionCounts(users, events, { ...base, stomp });
  const connect = (name: string, from: ConnectionOrigin): StompSession => {
    const session = { principal: counts.admit(principal(name), from) } as unknown as StompSession;
    users.add(session as never);
    events.connected(session);
    return session;
  };
  const disconnect = (session: StompSession): void => {
    users.remove(session as never);
    events.disconnected(session, 1000);
  };
  return { connect, disconnect };
}

describe('ConnectionCounts', () => {
  it('has room for as many sessions of a user as are allowed, and again after one ended', () => {
    const { connect, disconnect } = build();
    const first = connect('ann', origin('10.0.0.1'));
    connect('ann', origin('10.0.0.2'));
    expect(() => connect('ann', origin('10.0.0.3'))).toThrow('Too many connections');
    disconnect(first);
    connect('ann', origin('10.0.0.3'));
  });

  it('counts an address over all users, through a trusted proxy by what it forwards', () => {
    const { connect } = build({ TRUSTED_PROXIES: '127.0.0.1' });
    for (const name of ['a', 'b', 'c']) connect(name, origin('127.0.0.1', '198.51.100.7'));
    expect(() => connect('d', origin('127.0.0.1', '198.51.100.7'))).toThrow('Too many connections');
    connect('d', origin('127.0.0.1', '198.51.100.8'));
  });

  it('believes no stranger what it says of its address', () => {
    const { connect } = build({ TRUSTED_PROXIES: '127.0.0.1' });
    for (const name of ['a', 'b', 'c']) connect(name, origin('203.0.113.9', `198.51.100.${name.length}`));
    expect(() => connect('d', origin('203.0.113.9', '198.51.100.77'))).toThrow('Too many connections');
  });

  it('counts nothing when the rates are lifted', () => {
    const { connect } = build({ RATE_LIMITS: 'off' });
    for (let n = 0; n < 10; n++) expect(() => connect('ann', origin('10.0.0.1'))).not.toThrow();
  });
});
