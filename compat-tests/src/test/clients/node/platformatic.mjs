// @platformatic/kafka against a broker: BOOTSTRAP PREFIX.
import { strict as assert } from 'node:assert'
import { Admin, Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka'
import { bootstrap, eventually, prefix, records, run, sameRecords } from './features.mjs'

const base = { clientId: 'platformatic', bootstrapBrokers: [bootstrap] }
const admin = new Admin(base)

const fromMessage = message => ({ key: message.key, value: message.value, header: message.headers.get('n') })

async function createTopic (name, partitions = 1) {
  const topic = `${prefix}-${name}`
  await admin.createTopics({ topics: [topic], partitions, replicas: 1 })
  return topic
}

const toMessages = (topic, list) =>
  list.map(({ key, value, header }) => ({ topic, key, value, headers: { n: header } }))

const newProducer = options => new Producer({ ...base, serializers: stringSerializers, ...options })

async function produce (topic, list, options = {}) {
  const producer = newProducer(options)
  await producer.send({ messages: toMessages(topic, list), acks: -1, ...(options.compression && { compression: options.compression }) })
  await producer.close()
}

const newConsumer = (groupId, options = {}) =>
  new Consumer({ ...base, groupId, deserializers: stringDeserializers, maxWaitTime: 100, ...options })

async function consume (topic, groupId, count, options = {}) {
  const consumer = newConsumer(groupId, options)
  const seen = []
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: true })
  stream.on('data', message => seen.push(fromMessage(message)))
  await eventually(`${count} records of ${topic}`, () => seen.length >= count)
  await stream.close()
  await consumer.close(true)
  return seen
}

const compression = codec => async () => {
  const topic = await createTopic(`codec-${codec}`)
  const sent = records(100, 'the same text again and again')
  await produce(topic, sent, { compression: codec })
  sameRecords(await consume(topic, `${prefix}-codec-${codec}`, sent.length), sent)
}

const group = options => async () => {
  const name = options.groupProtocol
  const topic = await createTopic(`group-${name}`, 4)
  const groupId = `${prefix}-group-${name}`
  const members = [newConsumer(groupId, options), newConsumer(groupId, options)]
  const seen = [[], []]
  const streams = []
  for (const [i, member] of members.entries()) {
    const stream = await member.consume({ topics: [topic], mode: 'committed', fallbackMode: 'earliest', autocommit: true })
    stream.on('data', message => seen[i].push(fromMessage(message)))
    streams.push(stream)
  }
  const share = member => member.assignments?.find(one => one.topic === topic)?.partitions.length ?? 0
  await eventually('each has two partitions', () => members.every(member => share(member) === 2))
  await produce(topic, records(100))
  // A member that lost a partition while it was reading leaves a part of it to be read again.
  await eventually('all read', () => new Set(seen.flat().map(({ key }) => key)).size === 100)
  for (const [i, member] of members.entries()) {
    await streams[i].close()
    await member.close(true)
  }
  const offsets = await admin.listConsumerGroupOffsets({
    groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [0, 1, 2, 3] }] }]
  })
  const sum = offsets[0].topics[0].partitions.reduce((total, one) => total + Number(one.committedOffset), 0)
  assert.equal(sum, 100)
  assert.ok((await admin.listGroups({ types: [name] })).has(groupId))
  await admin.deleteGroups({ groups: [groupId] })
}

await run({
  admin: async () => {
    const topic = await createTopic('admin', 2)
    assert.ok((await admin.listTopics()).includes(topic))
    await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: null }] })
    await admin.incrementalAlterConfigs({
      resources: [{
        resourceType: 2, resourceName: topic, configs: [{ name: 'retention.ms', configOperation: 0, value: '12345' }]
      }]
    })
    await eventually('the setting', async () => {
      const described = await admin.describeConfigs({
        resources: [{ resourceType: 2, resourceName: topic, configurationKeys: ['retention.ms'] }]
      })
      return described[0].configs[0].value === '12345'
    })
    await admin.deleteTopics({ topics: [topic] })
    await eventually('the topic is gone', async () => !(await admin.listTopics()).includes(topic))
  },
  'produce and consume': async () => {
    const topic = await createTopic('plain')
    await produce(topic, records(200))
    sameRecords(await consume(topic, `${prefix}-plain`, 200), records(200))
  },
  'compression gzip': compression('gzip'),
  'compression snappy': compression('snappy'),
  'compression lz4': compression('lz4'),
  'compression zstd': compression('zstd'),
  idempotence: async () => {
    const topic = await createTopic('idempotent')
    await produce(topic, records(50), { idempotent: true })
    sameRecords(await consume(topic, `${prefix}-idempotent`, 50), records(50))
  },
  groups: group({ groupProtocol: 'classic' }),
  'groups of KIP-848': group({ groupProtocol: 'consumer' }),
  transactions: async () => {
    const topic = await createTopic('tx')
    const producer = newProducer({ transactionalId: `${prefix}-tx`, idempotent: true })
    for (const [text, end] of [['lost', 'abort'], ['kept', 'commit']]) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: toMessages(topic, records(10, text)) })
      await transaction[end]()
    }
    sameRecords(await consume(topic, `${prefix}-tx`, 10, { isolationLevel: 1 }), records(10, 'kept'))
    await producer.close()
  }
})
