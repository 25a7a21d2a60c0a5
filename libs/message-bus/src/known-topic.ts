import { TOPIC_PARTITIONS, type TopicName } from '@app/contracts';

/**
 * Number of partitions of a topic.
 * @throws TypeError for a topic outside TOPIC_PARTITIONS: brokers do not create topics on the fly here, so neither does any adapter.
 */
export function partitionsOf(topic: TopicName): number {
  if (!Object.hasOwn(TOPIC_PARTITIONS, topic)) throw new TypeError(`Unknown topic ${JSON.stringify(topic)}`);
  return TOPIC_PARTITIONS[topic];
}

/**
 * A value as it travels.
 * @throws TypeError when JSON cannot carry it (undefined, functions, BigInt, cycles).
 */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new TypeError('A record needs a JSON value');
  return json;
}
