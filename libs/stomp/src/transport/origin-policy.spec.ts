import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { OriginPolicy } from './origin-policy.js';

const policy = new OriginPolicy(['http://localhost:5173', 'https://Chat.Example', 'capacitor://localhost']);
const request = (origin?: string, host?: string): IncomingMessage =>
  ({ headers: { origin, host } }) as Partial<IncomingMessage> as IncomingMessage;

describe('OriginPolicy', () => {
  it.each<[string | undefined, string, string]>([
    [undefined, 'any', 'no Origin: not a browser'],
    ['http://localhost:5173', 'any', 'in the list'],
    ['https://chat.example', 'any', 'in the list, but for case'],
    ['https://chat.example:443', 'any', 'in the list, with the default port'],
    ['capacitor://localhost', 'any', 'in the list, another scheme'],
    ['http://own.test:8084', 'own.test:8084', 'same origin'],
    ['https://own.test', 'own.test', 'same origin behind TLS'],
    ['https://own.test', 'OWN.test:443', 'same origin, port said'],
  ])('allows %s at %s: %s', (origin, host) => {
    expect(policy.allows(request(origin, host))).toBe(true);
  });

  it.each<[string, string | undefined, string]>([
    ['null', 'any', 'opaque'],
    ['http://localhost:5174', 'any', 'another port'],
    ['https://localhost:5173', 'any', 'another scheme'],
    ['http://localhost:5173.evil.test', 'any', 'longer'],
    ['http://localhost:51730', 'any', 'longer port'],
    ['http://evil.localhost:5173', 'any', 'subdomain'],
    ['http://localhost:5173/', 'any', 'no origin: path'],
    ['http://u@localhost:5173', 'any', 'no origin: user'],
    ['http://own.test:8084', 'own.test', 'own host, other port'],
    ['http://own.test', 'own.test:8084', 'own host, other port'],
    ['http://evil.test', undefined, 'no Host'],
    ['http://evil.test', 'evil.test@own.test', 'Host is no host'],
    ['*', 'any', 'star'],
    ['', 'any', 'empty'],
    ['http://', 'any', 'nothing'],
  ])('refuses %s at %s: %s', (origin, host) => {
    expect(policy.allows(request(origin, host))).toBe(false);
  });

  it('takes no wildcard in the list', () => {
    expect(new OriginPolicy(['*', 'null']).allows(request('http://a.test', 'b.test'))).toBe(false);
    expect(new OriginPolicy(['*', 'null']).allows(request('null', 'b.test'))).toBe(false);
  });
});
