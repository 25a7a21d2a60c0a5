import { pick, seededRandom } from './random.mjs';

/** What a run is made of. */
export const FULL = { users: 10, groupSizes: [10, 6, 4], sendsPerSecond: 100, seconds: 60, kills: 6 };
export const QUICK = { users: 5, groupSizes: [5, 4, 3], sendsPerSecond: 100, seconds: 20, kills: 3 };

const REPEATED_SHARE = 0.05;
const WORDS = [
  'tea',
  'noodles',
  'harbour',
  'späti',
  'ジャズ',
  '🚲',
  'rain',
  'maps',
  '"quotes"',
  'a\nnew line',
  '\\u0000 written out',
];

/** In each equal share of the time one kill, at a moment that leaves time to come back. */
export function planKills({ seconds, kills }, seed) {
  const random = seededRandom(seed);
  const share = (seconds * 1_000) / kills;
  return Array.from({ length: kills }, (_, index) => Math.round(share * (index + 0.1 + 0.65 * random())));
}

/** Who is in which group, by index: the first users in all of them. */
export const planGroups = ({ groupSizes }) =>
  groupSizes.map((size) => Array.from({ length: size }, (_, index) => index));

/** Every send: when (alone or in bunches, as chance has it), by whom, where to, by which door, and whether its client asks a second time though it has been accepted. */
export function planSends({ users, groupSizes, sendsPerSecond, seconds }, seed) {
  const random = seededRandom(seed ^ 0x5eed);
  const count = sendsPerSecond * seconds;
  const times = Array.from({ length: count }, () => random() * seconds * 1_000).sort((a, b) => a - b);
  return times.map((at, index) => {
    const group = random() < 0.5 ? Math.floor(random() * groupSizes.length) : null;
    const from = Math.floor(random() * (group === null ? users : groupSizes[group]));
    const other = (from + 1 + Math.floor(random() * (users - 1))) % users;
    return {
      at,
      key: `${seed}-${index}`,
      from,
      to: group === null ? { user: other } : { group },
      content: `${pick(random, WORDS)} ${index} ${'.'.repeat(Math.floor(random() * 250))}`,
      live: random() < 0.5,
      repeated: random() < REPEATED_SHARE,
    };
  });
}
