import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { type Client, failure, forBothProtocols, openClient } from '../support/client'
import { ScriptedPeer } from '../support/scripted-peer'
import { startServer } from '../support/server'

/** What a server tells of commands that the table does not know: name, arity, flags, first, last, step. */
const COMMANDS: Record<string, string> = {
  'json.set': '*6\r\n$8\r\njson.set\r\n:-4\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n',
  'bf.add': '*6\r\n$6\r\nbf.add\r\n:3\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n',
  'ts.add': '*6\r\n$6\r\nts.add\r\n:-4\r\n*1\r\n+write\r\n:1\r\n:1\r\n:1\r\n',
  'ts.madd': '*6\r\n$7\r\nts.madd\r\n:-4\r\n*1\r\n+write\r\n:1\r\n:-1\r\n:3\r\n',
  'ft._list': '*6\r\n$8\r\nft._list\r\n:1\r\n*1\r\n+readonly\r\n:0\r\n:0\r\n:0\r\n',
  'x.union': '*6\r\n$7\r\nx.union\r\n:-3\r\n*2\r\n+write\r\n+movablekeys\r\n:0\r\n:0\r\n:0\r\n',
  box:
    '*10\r\n$3\r\nbox\r\n:-2\r\n*0\r\n:0\r\n:0\r\n:0\r\n*0\r\n*0\r\n*0\r\n' +
    '*1\r\n*10\r\n$8\r\nbox|open\r\n:3\r\n*0\r\n:2\r\n:2\r\n:1\r\n*0\r\n*0\r\n*0\r\n*0\r\n',
}

async function scene(
  t: TestContext,
  protocol: number,
  options: object = {},
): Promise<{ peer: ScriptedPeer; client: Client }> {
  const peer = await ScriptedPeer.start(([name = '', sub = '', command = '', ...rest]) => {
    const word = name.toLowerCase()
    if (word === 'hello') return '%1\r\n+proto\r\n:3\r\n'
    if (word === 'ping') return '+PONG\r\n'
    if (word !== 'command') return '+OK\r\n'
    if (sub === 'INFO') return `*1\r\n${COMMANDS[command.toLowerCase()] ?? '*-1\r\n'}`
    // GETKEYS of `x.union count key...`
    const keys = rest.slice(1, 1 + Number(rest[0]))
    return `*${keys.length}\r\n${keys.map((key) => `$${key.length}\r\n${key}\r\n`).join('')}`
  })
  t.after(() => peer.close())
  const client = openClient(t, peer.url, { protocol, keyPrefix: 'app:', ...options })
  await client.connect()
  peer.requests.length = 0
  return { peer, client }
}

forBothProtocols((protocol) => {
  test('commands outside the table get the prefix, and the server is asked once for each', async (t) => {
    const { peer, client } = await scene(t, protocol)
    await client.executeCommand('JSON.SET', 'doc', '$', '{}')
    await client.executeCommand('json.set', 'other', '$', 1)
    await client.executeCommand('TS.MADD', 'a', 1, 2, Buffer.from('b'), 3, 4)
    await client.executeCommand('FT._LIST')
    await client.executeCommand('BOX', 'OPEN', 'lid')
    assert.deepEqual(peer.requests, [
      ['COMMAND', 'INFO', 'JSON.SET'],
      ['JSON.SET', 'app:doc', '$', '{}'],
      ['json.set', 'app:other', '$', '1'],
      ['COMMAND', 'INFO', 'TS.MADD'],
      ['TS.MADD', 'app:a', '1', '2', 'app:b', '3', '4'],
      ['COMMAND', 'INFO', 'FT._LIST'],
      ['FT._LIST'],
      ['COMMAND', 'INFO', 'BOX'],
      ['BOX', 'OPEN', 'app:lid'],
    ])
  })

  test('keys that depend on the arguments are asked for each time', async (t) => {
    const { peer, client } = await scene(t, protocol)
    await client.executeCommand('X.UNION', 2, 'a', 'b', 'end')
    await client.executeCommand('X.UNION', 1, 'c')
    assert.deepEqual(
      peer.requests.filter(([name]) => name === 'X.UNION'),
      [
        ['X.UNION', '2', 'app:a', 'app:b', 'end'],
        ['X.UNION', '1', 'app:c'],
      ],
    )
    const error = await failure(client.executeCommand('X.UNION', 1, 'c', 'c'))
    assert.deepEqual([error.code, error.maybeExecuted], ['KEYS_UNKNOWN', false])
  })

  test('calls keep their order while the server is asked', async (t) => {
    const { peer, client } = await scene(t, protocol)
    const key = Buffer.from('changing')
    const calls = [
      client.executeCommand('BF.ADD', 'filter', 'x'),
      client.set('a', 1),
      client.pipeline({ transaction: false }).set('b', 2).executeCommand('TS.ADD', 'temp', '*', 1).execute(),
      client.executeCommand('JSON.SET', key, '$', '{}'),
      client.mset({ c: 3, d: 4, e: 5, f: 6 }),
      client.buffers.get('g'),
    ]
    key.fill('!')
    await Promise.all(calls)
    const sent = peer.requests
      .filter(([name]) => name !== 'COMMAND')
      .map((words) => words.slice(0, 2).join(' '))
    assert.deepEqual(sent, [
      'BF.ADD app:filter',
      'SET app:a',
      'SET app:b',
      'TS.ADD app:temp',
      'JSON.SET app:changing',
      'MSET app:c',
      'GET app:g',
    ])
  })

  test('pipelines, leases and single connections put the prefix on as well', async (t) => {
    const { peer, client } = await scene(t, protocol)
    await client.pipeline({ transaction: false }).executeCommand('BF.ADD', 'a', 1).get('b').execute()
    await client.client(async (lease: Client) => {
      await lease.executeCommand('JSON.SET', 'c', '$', 1)
      await lease.pipeline({ transaction: false }).executeCommand('JSON.SET', 'd', '$', 1).execute()
    })
    const single = await scene(t, protocol, { singleConnection: true })
    await single.client.executeCommand('TS.ADD', 'e', '*', 1)
    const keys = [...peer.requests, ...single.peer.requests]
      .filter(([name = '']) => /^(BF|JSON|TS)/.test(name))
      .map((words) => words[1])
    assert.deepEqual(keys, ['app:a', 'app:c', 'app:d', 'app:e'])
  })

  test('where the keys cannot be known nothing is sent', async (t) => {
    const { peer, client } = await scene(t, protocol)
    const error = await failure(client.executeCommand('NO.SUCH', 'key'))
    assert.deepEqual([error.code, error.command, error.maybeExecuted], ['KEYS_UNKNOWN', 'NO.SUCH', false])
    assert.match(
      error.message,
      /^NO\.SUCH: keyPrefix cannot be put before its keys: the server does not know this command/,
    )
    const batch = await failure(client.pipeline().set('a', 1).executeCommand('NO.SUCH', 'key').execute())
    assert.equal(batch.code, 'KEYS_UNKNOWN')
    assert.deepEqual(
      peer.requests.filter(([name]) => name !== 'COMMAND'),
      [],
    )
    assert.equal(await client.set('k', 'v'), 'OK')
  })

  test('a call that is given up while the server is asked is not sent', async (t) => {
    const { peer, client } = await scene(t, protocol)
    const abort = new AbortController()
    const first = client.executeCommand('BF.ADD', 'filter', 'x')
    const given = failure(client.with({ signal: abort.signal }).set('k', 'v'))
    abort.abort()
    const error = await given
    assert.deepEqual([error.code, error.maybeExecuted], ['ABORTED', false])
    await first
    await client.get('end')
    assert.ok(!peer.requests.some(([name]) => name === 'SET'))
  })

  test('a client that is closed meanwhile stays closed', async (t) => {
    const { client } = await scene(t, protocol)
    const first = client.executeCommand('BF.ADD', 'filter', 'x').catch((error: Error) => error)
    client.destroy()
    await first
    assert.equal((await failure(client.get('k'))).code, 'CLIENT_CLOSED')
  })

  test('a real server is asked', async (t) => {
    for (const [renamed, words] of [
      ['SET', ['TAKE.IN', 'k', 'value']],
      ['EVAL', ['TAKE.IN', "return redis.call('SET', KEYS[1], ARGV[1])", 1, 'k', 'value']],
    ] as const) {
      const server = await startServer(t, { config: { 'rename-command': [renamed, 'TAKE.IN'] } })
      const client = openClient(t, server.url, { protocol, keyPrefix: 'app:' })
      await client.executeCommand(...words)
      assert.equal(String(await server.raw('GET', 'app:k')), 'value')
      assert.equal(await client.get('k'), 'value')
    }
  })
})
