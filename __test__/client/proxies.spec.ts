import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { AuthenticationError, ConnectionError, failure, next, openClient } from '../support/client'
import { type Reaction, ScriptedPeer } from '../support/scripted-peer'

/** What a server or proxy says to the commands of a greeting. What is not named works. */
interface Manners {
  HELLO?: Reaction
  SETINFO?: Reaction
  SETNAME?: Reaction
  PING?: Reaction
  /** To whatever else it does not know. */
  unknown?: Reaction
}

/** Servers and proxies, and how they refuse. */
const REFUSALS: Record<string, Manners> = {
  'twemproxy (hangs up)': { HELLO: 'hang up', SETINFO: 'hang up', SETNAME: 'hang up' },
  'twemproxy (hangs up on HELLO only)': { HELLO: 'hang up' },
  'a proxy that hangs up on SETINFO': { SETINFO: 'hang up' },
  'a proxy that refuses HELLO and hangs up on SETINFO': { HELLO: '-ERR unknown\r\n', SETINFO: 'hang up' },
  'a proxy that refuses HELLO and then hangs up on every CLIENT': {
    ...{ HELLO: '-ERR unknown\r\n', SETINFO: 'hang up', SETNAME: 'hang up' },
  },
  envoy: {
    HELLO: "-unsupported command 'hello'\r\n",
    SETINFO: '-invalid request\r\n',
    SETNAME: '-invalid request\r\n',
  },
  'envoy (older)': {
    HELLO: '-unsupported command\r\n',
    SETINFO: '-unsupported command\r\n',
    SETNAME: '-unsupported command\r\n',
  },
  predixy: {
    HELLO: '-ERR unknown command\r\n',
    SETINFO: '-ERR unknown command\r\n',
    SETNAME: '-ERR unknown command\r\n',
  },
  'predixy (forbidden)': {
    HELLO: '-ERR forbidden\r\n',
    SETINFO: '-ERR permission deny\r\n',
    SETNAME: '-ERR permission deny\r\n',
  },
  codis: {
    HELLO: "-ERR handle request, command 'HELLO' is not allowed\r\n",
    SETINFO: "-ERR handle request, command 'CLIENT' is not allowed\r\n",
    SETNAME: "-ERR handle request, command 'CLIENT' is not allowed\r\n",
  },
  KeyDB: {
    SETINFO: "-ERR Unknown subcommand or wrong number of arguments for 'SETINFO'. Try CLIENT HELP.\r\n",
  },
  'KeyDB with RESP2 only': { HELLO: '-NOPROTO unsupported protocol version\r\n' },
  Dragonfly: {
    SETINFO: "-ERR Unknown subcommand or wrong number of arguments for 'SETINFO'. Try CLIENT HELP.\r\n",
  },
  Kvrocks: { HELLO: '-NOPROTO unsupported protocol version\r\n', SETINFO: '-ERR Syntax error\r\n' },
  Pika: {
    HELLO: "-ERR unknown or unsupported command 'hello'\r\n",
    SETINFO: '-ERR CLIENT subcommand must be one of LIST, GETNAME, SETNAME, KILL\r\n',
  },
  'Redis 2.6': {
    HELLO: "-ERR unknown command 'HELLO'\r\n",
    SETINFO: '-ERR Syntax error, try CLIENT (LIST | KILL ip:port)\r\n',
    SETNAME: '-ERR Syntax error, try CLIENT (LIST | KILL ip:port)\r\n',
  },
  'Redis 2.8': {
    HELLO: "-ERR unknown command 'HELLO'\r\n",
    SETINFO: '-ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME)\r\n',
  },
  'Redis 5': {
    HELLO: '-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n',
    SETINFO: "-ERR Unknown subcommand or wrong number of arguments for 'SETINFO'\r\n",
  },
  'Redis 6.0': {
    SETINFO: "-ERR Unknown subcommand or wrong number of arguments for 'SETINFO'. Try CLIENT HELP.\r\n",
  },
  'a user without rights': {
    HELLO: "-NOPERM this user has no permissions to run the 'hello' command\r\n",
    SETINFO: "-NOPERM this user has no permissions to run the 'client|setinfo' command\r\n",
    SETNAME: "-NOPERM this user has no permissions to run the 'client|setname' command\r\n",
    PING: "-NOPERM this user has no permissions to run the 'ping' command\r\n",
  },
  'renamed commands': {
    HELLO: "-ERR unknown command 'HELLO', with args beginning with: '3' \r\n",
    SETINFO: "-ERR unknown command 'CLIENT', with args beginning with: 'SETINFO' 'LIB-NAME' 'oxidis' \r\n",
    SETNAME: "-ERR unknown command 'CLIENT', with args beginning with: 'SETNAME' \r\n",
  },
  'a managed service that blocks CLIENT': {
    SETINFO: "-ERR command 'client' is disabled\r\n",
    SETNAME: "-ERR command 'client' is disabled\r\n",
  },
  'a managed service that blocks HELLO': { HELLO: '-ERR The command is not supported by this instance\r\n' },
  'words without a code': {
    HELLO: '-nope\r\n',
    SETINFO: '-nope\r\n',
    SETNAME: '-nope\r\n',
    PING: '-nope\r\n',
  },
  'a code of its own': { HELLO: '-INVALIDCOMMAND HELLO\r\n', SETINFO: '-INVALIDCOMMAND CLIENT\r\n' },
  'OK to HELLO': { HELLO: '+OK\r\n' },
  'null to HELLO': { HELLO: '$-1\r\n' },
  'a number to HELLO': { HELLO: ':0\r\n', SETINFO: ':0\r\n' },
  'another error for the options of HELLO': { HELLO: "-ERR Syntax error in HELLO option 'setname'\r\n" },
}

const GREETING = '%3\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n$4\r\nrole\r\n$6\r\nmaster\r\n'

function reply(words: string[], manners: Manners): Reaction {
  const name = (words[0] as string).toUpperCase()
  switch (name) {
    case 'HELLO':
      return manners.HELLO ?? GREETING
    case 'CLIENT': {
      const subcommand = (words[1] as string).toUpperCase()
      if (subcommand === 'SETINFO') return manners.SETINFO ?? '+OK\r\n'
      if (subcommand === 'SETNAME') return manners.SETNAME ?? '+OK\r\n'
      return manners.SETNAME ?? ':7\r\n'
    }
    case 'PING':
      return manners.PING ?? '+PONG\r\n'
    case 'GET':
      return '$1\r\nv\r\n'
    default:
      return '+OK\r\n'
  }
}

async function start(t: TestContext, react: (words: string[]) => Reaction): Promise<ScriptedPeer> {
  const peer = await ScriptedPeer.start(react)
  t.after(() => peer.close())
  return peer
}

for (const [name, manners] of Object.entries(REFUSALS)) {
  for (const protocol of [2, 3] as const) {
    test(`connects to ${name} with protocol ${protocol}`, async (t) => {
      const peer = await start(t, (words) => reply(words, manners))
      const client = openClient(t, peer.url, { protocol, clientName: 'worker', password: 'pw', db: 1 })
      assert.equal(await client.set('k', 'v'), 'OK')
      assert.equal(await client.get('k'), 'v')
      // What worked is remembered: a second connection needs no second attempt.
      const before = peer.connections
      const lease = await client.client()
      assert.equal(await lease.get('k'), 'v')
      lease.release()
      assert.equal(peer.connections, before + 1)
      if (!Object.values(manners).includes('hang up')) assert.equal(before, 1)
    })
  }
}

test('falls back after hang-ups one step at a time', async (t) => {
  const peer = await start(t, (words) =>
    reply(words, { HELLO: 'hang up', SETINFO: 'hang up', SETNAME: 'hang up' }),
  )
  const client = openClient(t, peer.url, { clientName: 'worker' })
  assert.equal(await client.get('k'), 'v')
  // Four greetings, and one look whether the port speaks TLS.
  assert.equal(peer.connections, 5)
  assert.deepEqual(peer.requests.slice(-3), [['PING'], ['PING'], ['GET', 'k']])
})

test('options spare the attempts that fail', async (t) => {
  const peer = await start(t, (words) => reply(words, { HELLO: 'hang up', SETINFO: 'hang up' }))
  const client = openClient(t, `${peer.url}?protocol=2&clientInfo=false`)
  assert.equal(await client.get('k'), 'v')
  assert.equal(peer.connections, 1)
  assert.deepEqual(peer.requests, [['PING'], ['PING'], ['GET', 'k']])
})

test('a peer that hangs up whatever is said ends in an error that names the options', async (t) => {
  const peer = await start(t, () => 'hang up')
  const client = openClient(t, peer.url)
  const error = await failure(client.connect())
  assert.ok(error instanceof ConnectionError)
  assert.match(
    error.message,
    /closed the connection during the handshake.*without HELLO and CLIENT.*protocol: 2.*clientInfo: false/,
  )
})

test('a peer that keeps silent ends in an error that names the options', async (t) => {
  const peer = await start(t, () => '')
  const client = openClient(t, peer.url, { connectTimeout: 100 })
  const error = await failure(client.connect())
  assert.equal(error.code, 'CONNECT_TIMEOUT')
  assert.match(error.message, /protocol: 2 and clientInfo: false/)
})

test('a server that is known is greeted in full again after it hung up', async (t) => {
  let hangUp = false
  const peer = await start(t, (words) => (hangUp ? 'hang up' : reply(words, {})))
  const client = openClient(t, peer.url, { reconnect: false })
  assert.equal(await client.get('k'), 'v')
  hangUp = true
  const end = next(client, 'end')
  peer.cut()
  await end
  await failure(client.connect())
  hangUp = false
  peer.requests.length = 0
  assert.equal(await client.get('k'), 'v')
  assert.equal(peer.requests[0]?.[0], 'HELLO')
})

for (const [what, line] of Object.entries({
  'wrong credentials': 'WRONGPASS invalid username-password pair or user is disabled.',
  'a missing password': 'NOAUTH HELLO must be called with the client already authenticated',
  'a wrong password in old words': 'ERR invalid password',
})) {
  for (const protocol of [2, 3] as const) {
    test(`${what} are no reason for another greeting, with protocol ${protocol}`, async (t) => {
      const peer = await start(t, (words) => {
        const name = (words[0] as string).toUpperCase()
        return name === 'HELLO' || name === 'AUTH' ? `-${line}\r\n` : '+OK\r\n'
      })
      const client = openClient(t, peer.url, { protocol, password: 'secret' })
      const error = await failure(client.connect())
      assert.ok(error instanceof AuthenticationError, String(error))
      assert.equal(error.message, line)
      assert.equal(peer.requests.filter(([name]) => name === 'HELLO' || name === 'AUTH').length, 1)
    })
  }
}

test('a server in protected mode says so', async (t) => {
  const line = 'DENIED Redis is running in protected mode because protected mode is enabled'
  const peer = await start(t, () => `-${line}\r\n`)
  const error = await failure(openClient(t, peer.url).connect())
  assert.equal(error.code, 'HANDSHAKE_FAILED')
  assert.equal(error.message, `the server refused HELLO: ${line}`)
})
