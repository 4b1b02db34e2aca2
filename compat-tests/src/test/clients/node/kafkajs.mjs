// kafkajs against a broker: BOOTSTRAP PREFIX.
import { strict as assert } from 'node:assert'
import zlib from 'node:zlib'
import kafkajs from 'kafkajs'
import { lz4Compress, lz4Decompress, snappyCompress, snappyDecompress } from '@platformatic/wasm-utils'
import { bootstrap, eventually, prefix, records, run, sameRecords } from './features.mjs'

const { Kafka, CompressionTypes, CompressionCodecs, ConfigResourceTypes, logLevel } = kafkajs

// kafkajs brings gzip only and takes the others from its user.
CompressionCodecs[CompressionTypes.Snappy] = () => ({
  compress: async encoder => snappyCompress(encoder.buffer),
  decompress: async buffer => snappyDecompress(buffer)
})
CompressionCodecs[CompressionTypes.LZ4] = () => ({
  compress: async encoder => lz4Compress(encoder.buffer),
  decompress: async buffer => lz4Decompress(buffer)
})
CompressionCodecs[CompressionTypes.ZSTD] = () => ({
  compress: async encoder => zlib.zstdCompressSync(encoder.buffer),
  decompress: async buffer => zlib.zstdDecompressSync(buffer)
})

const kafka = new Kafka({ clientId: 'kafkajs', brokers: [bootstrap], logLevel: logLevel.NOTHING })
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
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true })
  // Kafka names leaders before they serve, and the client does not try again.
  await eventually(`${topic} is served`, () => admin.fetchTopicOffsets(topic).then(() => true, () => false))
  return topic
}

async function produce (topic, messages, options = {}, sending = {}) {
  const producer = kafka.producer({ allowAutoTopicCreation: false, ...options })
  await producer.connect()
  await producer.send({ topic, acks: -1, messages: messages.map(toMessage), ...sending })
  await producer.disconnect()
}

// A fetch that waits holds up the end of its consumer.
const newConsumer = groupId => kafka.consumer({ groupId, maxWaitTimeInMs: 100 })

async function consume (topic, groupId, count) {
  const consumer = newConsumer(groupId)
  const seen = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({ eachMessage: async payload => { seen.push(fromMessage(payload)) } })
  await eventually(`${count} records of ${topic}, there are ${seen.length}`, () => seen.length >= count)
  await consumer.disconnect()
  return seen
}

const compression = type => async () => {
  const topic = await createTopic(`codec-${type}`)
  const sent = records(100, 'the same text again and again')
  await produce(topic, sent, {}, { compression: type })
  sameRecords(await consume(topic, `${prefix}-codec-${type}`, sent.length), sent)
}

await run({
  admin: async () => {
    const topic = await createTopic('admin', 2)
    assert.ok((await admin.listTopics()).includes(topic))
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    await eventually('3 partitions', async () =>
      (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length === 3)
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{
        type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [{ name: 'retention.ms', value: '12345' }]
      }]
    })
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }]
    })
    assert.equal(described.resources[0].configEntries[0].configValue, '12345')
    assert.equal((await admin.describeCluster()).brokers.length, 1)
    await admin.deleteTopics({ topics: [topic] })
    await eventually('the topic is gone', async () => !(await admin.listTopics()).includes(topic))
  },
  'produce and consume': async () => {
    const topic = await createTopic('plain')
    await produce(topic, records(200))
    sameRecords(await consume(topic, `${prefix}-plain`, 200), records(200))
  },
  'compression gzip': compression(CompressionTypes.GZIP),
  'compression snappy': compression(CompressionTypes.Snappy),
  'compression lz4': compression(CompressionTypes.LZ4),
  'compression zstd': compression(CompressionTypes.ZSTD),
  idempotence: async () => {
    const topic = await createTopic('idempotent')
    await produce(topic, records(50), { idempotent: true, maxInFlightRequests: 1 })
    sameRecords(await consume(topic, `${prefix}-idempotent`, 50), records(50))
  },
  groups: async () => {
    const topic = await createTopic('group', 4)
    const groupId = `${prefix}-group`
    const members = [newConsumer(groupId), newConsumer(groupId)]
    const seen = [[], []]
    const shares = [0, 0]
    for (const [i, member] of members.entries()) {
      member.on(member.events.GROUP_JOIN, ({ payload }) => { shares[i] = payload.memberAssignment[topic]?.length ?? 0 })
      await member.connect()
      await member.subscribe({ topics: [topic], fromBeginning: true })
      await member.run({ eachMessage: async payload => { seen[i].push(fromMessage(payload)) } })
    }
    await eventually('each has two partitions', () => shares[0] === 2 && shares[1] === 2)
    await produce(topic, records(100))
    await eventually('all read', () => seen[0].length + seen[1].length === 100)
    assert.ok(seen[0].length > 0 && seen[1].length > 0)
    await members[0].disconnect()
    await eventually('the other has all', () => shares[1] === 4)
    await members[1].disconnect()
    const offsets = await admin.fetchOffsets({ groupId, topics: [topic] })
    assert.equal(offsets[0].partitions.reduce((sum, { offset }) => sum + Number(offset), 0), 100)
    assert.equal((await admin.describeGroups([groupId])).groups[0].state, 'Empty')
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '0' }] })
    await admin.deleteGroups([groupId])
  },
  transactions: async () => {
    const topic = await createTopic('tx')
    const producer = kafka.producer({ transactionalId: `${prefix}-tx`, idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (const [text, end] of [['lost', 'abort'], ['kept', 'commit']]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: records(10, text).map(toMessage) })
      await transaction[end]()
    }
    sameRecords(await consume(topic, `${prefix}-tx`, 10), records(10, 'kept'))
    const transaction = await producer.transaction()
    await transaction.sendOffsets({
      consumerGroupId: `${prefix}-tx-offsets`, topics: [{ topic, partitions: [{ partition: 0, offset: '7' }] }]
    })
    await transaction.commit()
    await eventually('the offset of the transaction', async () =>
      (await admin.fetchOffsets({ groupId: `${prefix}-tx-offsets`, topics: [topic] }))[0].partitions[0].offset === '7')
    await producer.disconnect()
  }
})
