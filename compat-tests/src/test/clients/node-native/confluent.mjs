// @confluentinc/kafka-javascript, librdkafka under the interface of kafkajs, against a broker: BOOTSTRAP PREFIX.
import { strict as assert } from 'node:assert'
import confluent from '@confluentinc/kafka-javascript'
import { bootstrap, eventually, prefix, records, run, sameRecords } from './features.mjs'

const { Kafka, CompressionTypes, logLevel } = confluent.KafkaJS

const kafka = new Kafka({ kafkaJS: { clientId: 'confluent', brokers: [bootstrap], logLevel: logLevel.NOTHING } })
const admin = kafka.admin()
await admin.connect()

const toMessage = ({ key, value, header }) => ({ key, value, headers: { n: header } })
const fromMessage = ({ message }) => ({
  key: message.key.toString(),
  value: message.value.toString(),
  header: message.headers.n.toString()
})

async function createTopic (name, numPartitions = 1) {
  const topic = `${prefix}-${name}`
  await admin.createTopics({ topics: [{ topic, numPartitions }] })
  await eventually('the topic is known', async () => (await admin.listTopics()).includes(topic))
  return topic
}

async function produce (topic, messages, options = {}) {
  const producer = kafka.producer({ kafkaJS: { acks: -1, ...options } })
  await producer.connect()
  await producer.send({ topic, messages: messages.map(toMessage) })
  await producer.disconnect()
}

const newConsumer = (groupId, settings = {}) => kafka.consumer({
  kafkaJS: { groupId, fromBeginning: true }, 'fetch.wait.max.ms': 100, 'topic.metadata.refresh.interval.ms': 1_000, ...settings
})

async function start (consumer, topic, seen) {
  await consumer.connect()
  await consumer.subscribe({ topics: [topic] })
  await consumer.run({ eachMessage: async payload => { seen.push(fromMessage(payload)) } })
}

async function consume (topic, groupId, count) {
  const consumer = newConsumer(groupId)
  const seen = []
  await start(consumer, topic, seen)
  await eventually(`${count} records of ${topic}`, () => seen.length >= count)
  await consumer.disconnect()
  return seen
}

const compression = type => async () => {
  const topic = await createTopic(`codec-${type}`)
  const sent = records(100, 'the same text again and again')
  await produce(topic, sent, { compression: type })
  sameRecords(await consume(topic, `${prefix}-codec-${type}`, sent.length), sent)
}

const twoMembers = (name, settings) => async () => {
  const topic = await createTopic(name, 4)
  const groupId = `${prefix}-${name}`
  const members = [newConsumer(groupId, settings), newConsumer(groupId, settings)]
  const seen = [[], []]
  for (const [i, member] of members.entries()) {
    await start(member, topic, seen[i])
  }
  await eventually('each has two partitions', () => members.every(member => member.assignment().length === 2))
  await produce(topic, records(100))
  await eventually('all read', () => seen[0].length + seen[1].length === 100)
  assert.ok(seen[0].length > 0 && seen[1].length > 0)
  await members[0].disconnect()
  await eventually('the other has all', () => members[1].assignment().length === 4)
  await members[1].disconnect()
  const offsets = await admin.fetchOffsets({ groupId, topics: [topic] })
  assert.equal(offsets[0].partitions.reduce((sum, { offset }) => sum + Number(offset), 0), 100)
  await admin.deleteGroups([groupId])
}

await run({
  admin: async () => {
    const topic = await createTopic('admin', 2)
    assert.equal((await admin.fetchTopicMetadata({ topics: [topic] }))[0].partitions.length, 2)
    await produce(topic, records(10))
    const offsets = await admin.fetchTopicOffsets(topic)
    assert.equal(offsets.reduce((sum, { high }) => sum + Number(high), 0), 10)
    await admin.deleteTopicRecords({ topic, partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })) })
    assert.ok((await admin.fetchTopicOffsets(topic)).every(({ low, high }) => low === high))
    await admin.deleteTopics({ topics: [topic] })
    await eventually('the topic is gone', async () => !(await admin.listTopics()).includes(topic))
  },
  'produce and consume': async () => {
    const topic = await createTopic('plain')
    await produce(topic, records(200))
    sameRecords(await consume(topic, `${prefix}-plain`, 200), records(200))
  },
  'compression gzip': compression(CompressionTypes.GZIP),
  'compression snappy': compression(CompressionTypes.SNAPPY),
  'compression lz4': compression(CompressionTypes.LZ4),
  'compression zstd': compression(CompressionTypes.ZSTD),
  idempotence: async () => {
    const topic = await createTopic('idempotent')
    await produce(topic, records(50), { idempotent: true })
    sameRecords(await consume(topic, `${prefix}-idempotent`, 50), records(50))
  },
  groups: twoMembers('group', {}),
  'groups of KIP-848': twoMembers('group-848', { 'group.protocol': 'consumer' }),
  transactions: async () => {
    const topic = await createTopic('tx')
    const producer = kafka.producer({ kafkaJS: { transactionalId: `${prefix}-tx` } })
    await producer.connect()
    for (const [text, end] of [['lost', 'abort'], ['kept', 'commit']]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: records(10, text).map(toMessage) })
      await transaction[end]()
    }
    sameRecords(await consume(topic, `${prefix}-tx`, 10), records(10, 'kept'))
    const consumer = newConsumer(`${prefix}-tx-offsets`)
    const seen = []
    await start(consumer, topic, seen)
    await eventually('all read', () => seen.length === 10)
    const transaction = await producer.transaction()
    await transaction.sendOffsets({ consumer, topics: [{ topic, partitions: [{ partition: 0, offset: '15' }] }] })
    await transaction.commit()
    await producer.disconnect()
    await consumer.disconnect()
  }
})
