import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { System } from '../bench/system.mjs';
import { check } from './checker.mjs';
import { LedgerClient } from './client.mjs';
import { countUnpublished, readDatabase, readHistory } from './evidence.mjs';
import { Ledger } from './ledger.mjs';
import { planGroups, planKills, planSends } from './plan.mjs';
import { request } from './rest.mjs';
import { Workload, privateId } from './workload.mjs';

const QUIET_MS = 2_000;
const DRAIN_MS = 30_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function join_(baseUrl, index) {
  const username = `crash-${index}`;
  const password = `password of ${username}`;
  const body = { username, password, email: `${username}@example.test` };
  const { id } = await request(baseUrl, 'POST', '/api/auth/register', { body });
  const { token } = await request(baseUrl, 'POST', '/api/auth/login', { body: { username, password } });
  return { index, id, username, token };
}
