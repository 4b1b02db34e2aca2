// Reports tests of node:test as lib.sh says; what is skipped is left out.
export default async function * report (source) {
  const names = []
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      names.length = data.nesting
      names.push(data.name)
    } else if (type === 'test:pass' || type === 'test:fail') {
      const isTest = data.details.type !== 'suite' && data.skip === undefined && data.todo === undefined
      if (isTest && data.file !== undefined) {
        const file = data.file.slice(process.cwd().length + 1)
        const name = [file, ...names.slice(0, data.nesting), data.name].join(' › ').replaceAll(/\s+/g, ' ')
        yield `${type === 'test:pass' ? 'ok' : 'failed'}\t${Math.round(data.details.duration_ms)}\t${name}\n`
      }
    }
  }
}
