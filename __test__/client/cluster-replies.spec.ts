import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failure, forBothProtocols, openClient } from '../support/client'
import { ScriptedPeer } from '../support/scripted-peer'
import { startServer } from '../support/server'

forBothProtocols((protocol) => {
  test('what a cluster node says is explained', async (t) => {
    const node = await startServer(t, { config: { 'cluster-enabled': 'yes' } })
    const client = openClient(t, node.url, { protocol, commandTimeout: 2_000 })
    const down = await failure(client.with({ timeout: 50 }).get('a'))
    assert.equal(down.code, 'CLUSTERDOWN')
    assert.match(down.message, /\(the server is a node of a cluster that does not serve this key now/)
    await client.clusterAddslotsrange([[0, 16383]])
    while ((await client.clusterInfo()).cluster_state !== 'ok');
    const crossed = await failure(client.mget('a', 'b'))
    assert.equal(crossed.code, 'CROSSSLOT')
    assert.match(
      crossed.message,
      /don't hash to the same slot \(.*share a hash slot; give them the same \{tag\}\)$/,
    )
  })

  test('a redirection is told in words, alone and in a pipeline', async (t) => {
    const peer = await ScriptedPeer.start(([name]) =>
      name === 'GET'
        ? '-MOVED 3999 127.0.0.1:6381\r\n'
        : name === 'INCR'
          ? '-ASK 3999 127.0.0.1:6381\r\n'
          : '+OK\r\n',
    )
    t.after(() => peer.close())
    const client = openClient(t, peer.url, { protocol })
    const moved = await failure(client.get('k'))
    assert.equal(moved.code, 'MOVED')
    assert.match(
      moved.message,
      /^GET: MOVED 3999 127\.0\.0\.1:6381 \(the server is a node of a cluster, and another node has this key/,
    )
    const results = await client.pipeline({ transaction: false }).incr('k').execute({ raiseOnError: false })
    assert.match(results[0].message, /ASK 3999 127\.0\.0\.1:6381 \(.*does not follow clusters yet/)
  })
})
