/** FNV-1a, 32 bits, then mixed (murmur3's finalizer) so that ids that differ in the last letter only do not follow each other. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The node that the key belongs to, whatever the order of the nodes; null when there is none. When a node leaves, only its own keys move; when
 * one comes, it takes its share and no other key moves.
 */
export function rendezvous<T extends { readonly id: string }>(key: string, nodes: readonly T[]): T | null {
  let best: T | null = null;
  let bestScore = -1;
  for (const node of nodes) {
    const score = hash(`${key}\0${node.id}`);
    if (score > bestScore || (score === bestScore && best !== null && node.id < best.id)) {
      best = node;
      bestScore = score;
    }
  }
  return best;
}
