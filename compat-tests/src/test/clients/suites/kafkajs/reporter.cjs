// Reports tests of Jest as lib.sh says; what is skipped is left out.
const fs = require('node:fs')
const path = require('node:path')

module.exports = class {
  onTestResult (test, result) {
    const file = path.relative(process.cwd(), result.testFilePath)
    for (const { status, duration, ancestorTitles, title } of result.testResults) {
      if (status === 'passed' || status === 'failed') {
        const name = [file, ...ancestorTitles, title].join(' › ').replace(/\s+/g, ' ')
        fs.writeSync(1, `${status === 'passed' ? 'ok' : 'failed'}\t${duration || 0}\t${name}\n`)
      }
    }
  }
}
