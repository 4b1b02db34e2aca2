// Leads connections to addresses that tests have built in to the broker under test: COMPAT_PORTS (9092,9095) to
// COMPAT_BROKER (HOST:PORT). Loaded before the tests by --require.
const net = require('node:net')

const ports = new Set(process.env.COMPAT_PORTS.split(',').map(Number))
const [host, port] = process.env.COMPAT_BROKER.split(':')
const connect = net.Socket.prototype.connect

net.Socket.prototype.connect = function (...args) {
  // net.connect() passes its own arguments on in an array: options and listener.
  const options = Array.isArray(args[0]) ? args[0][0] : args[0]
  if (typeof options === 'object' && ports.has(Number(options.port))) {
    options.host = host
    options.port = Number(port)
  }
  return connect.apply(this, args)
}
