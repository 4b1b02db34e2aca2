// Runs a client's features one after another and prints one line each: "feature: ok", or what went wrong.
import { strict as assert } from 'node:assert'

const TIMEOUT_MS = 120_000

export const [bootstrap, prefix] = process.argv.slice(2)

export async function run (features) {
  for (const [name, body] of Object.entries(features)) {
    let timer
    const timeout = new Promise((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no end within ${TIMEOUT_MS} ms`)), TIMEOUT_MS)
    })
    try {
      await Promise.race([body(), timeout])
      console.log(`${name}: ok`)
    } catch (e) {
      console.log(`${name}: FAILED ${describe(e).replaceAll('\n', ' ')}`)
    } finally {
      clearTimeout(timer)
    }
  }
  process.exit(0)
}

function describe (error) {
  const causes = [error.cause, ...(error.errors ?? [])].filter(Boolean).map(describe)
  return [error.message, ...causes].join(' <- ').slice(0, 500)
}

/** Records of a feature: key, value and a header each. */
export function records (count, text = 'value') {
  return Array.from({ length: count }, (_, i) => ({ key: `key ${i}`, value: `${text} ${i}`, header: `${i}` }))
}

export function sameRecords (actual, expected) {
  assert.deepEqual(actual.map(({ key, value, header }) => ({ key, value, header })), expected)
}

export async function eventually (what, condition) {
  const deadline = Date.now() + TIMEOUT_MS / 2
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`not in time: ${what}`)
    }
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}
