import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runProgram, startProgram } from '../support/program'
import { TestServer } from '../support/server'

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const GC = { flags: ['--expose-gc'] }

/** Waits in the program until a condition holds, with a collection before each look. */
const COLLECTED = `const collected = async (condition) => {
  while (!await condition()) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
};`

test('a lease that is never released is reported once for its place, with the stack, and reclaimed', async () => {
  const source = `${COLLECTED} (async () => {
    const warnings = [];
    process.on('warning', (warning) => warnings.push(warning));
    const pool = new oxidis.ConnectionPool(process.argv[1], { maxConnections: 2 });
    const redis = new Redis({ connectionPool: pool });
    async function forgetful() { const conn = await redis.client(); await conn.ping(); }
    for (let round = 0; round < 3; round += 1) {
      await forgetful();
      await collected(() => pool.stats().leased === 0);
      // There is room for one only.
      const conn = await redis.client();
      conn.release();
    }
    await collected(() => warnings.length > 0);
    const [warning, ...more] = warnings;
    console.log(JSON.stringify({ more: more.length, code: warning.code, detail: warning.detail, name: warning.name }));
    await pool.close();
  })()`
  const { end, stdout, stderr } = await runProgram(source, { args: [server.url], ...GC })
  assert.equal(end, 0, stderr)
  const { more, code, detail, name } = JSON.parse(stdout)
  assert.deepEqual([more, code, name], [0, 'LEASE_NOT_RELEASED', 'OxidisWarning'])
  assert.match(detail, /^It was taken here:\n +at forgetful/)
})

test('a lease is not collected as long as a view of it is used', async () => {
  const source = `${COLLECTED} (async () => {
    const redis = new Redis(process.argv[1]);
    const view = await redis.client().then((conn) => conn.buffers);
    for (let round = 0; round < 5; round += 1) { gc(); await new Promise((resolve) => setImmediate(resolve)); }
    console.log(String(await view.ping()));
    await redis.close();
  })()`
  const { end, stdout, stderr } = await runProgram(source, { args: [server.url], ...GC })
  assert.equal(end, 0, stderr)
  assert.equal(stdout, 'PONG\n')
})

test('a released lease is not reported', async () => {
  const source = `${COLLECTED} (async () => {
    const redis = new Redis(process.argv[1]);
    let collectedOne = false;
    const watch = new FinalizationRegistry(() => (collectedOne = true));
    await redis.client(async (conn) => { watch.register(conn); await conn.ping(); });
    await collected(() => collectedOne);
    await redis.close();
  })()`
  const { end, stderr } = await runProgram(source, { args: [server.url], ...GC })
  assert.equal(end, 0)
  assert.equal(stderr, '')
})

test('open leases and blocked commands end with the process, and do not keep it from ending', async () => {
  const source = `(async () => {
    const redis = new Redis(process.argv[1]);
    const conn = await redis.client();
    redis.blpop('p:none', 0).catch(() => {});
    conn.blpop('p:none', 0).catch(() => {});
    await redis.ping();
    if (process.argv[2] === 'exit') process.exit(3);
    if (process.argv[2] === 'unref') { redis.unref(); process.exitCode = 3; }
    if (process.argv[2] === 'close') { await redis.close(); process.exitCode = 3; }
    if (process.argv[2] === 'destroy') { redis.destroy(); process.exitCode = 3; }
  })()`
  for (const how of ['exit', 'unref', 'close', 'destroy']) {
    const { end, stderr } = await runProgram(source, { args: [server.url, how] })
    assert.equal(end, 3, `${how}: ${stderr}`)
  }
})

test('an open lease keeps the process until it is interrupted', async () => {
  const source = `(async () => {
    const redis = new Redis(process.argv[1]);
    globalThis.conn = await redis.client();
    console.log('leased');
  })()`
  const program = startProgram(source, { args: [server.url] })
  await program.printed('leased')
  program.kill('SIGTERM')
  assert.equal((await program.ended).end, 'SIGTERM')
})

test('a process ends by itself when its last pooled connection has had its time', async () => {
  const source = `(async () => {
    const redis = new Redis(process.argv[1], { idleTimeout: 20, reconnect: false });
    const conn = await redis.client();
    await conn.ping();
    conn.release();
  })()`
  const { end, stderr } = await runProgram(source, { args: [server.url] })
  assert.equal(end, 0, stderr)
})

test('a worker that is terminated with leases and blocked commands leaves the process in good order', async () => {
  const source = `const { Worker } = require('node:worker_threads');
  const body = \`const { workerData, parentPort } = require('node:worker_threads');
    const { Redis } = require(process.cwd() + '/index.js');
    (async () => {
      const redis = new Redis(workerData);
      const conns = [await redis.client(), await redis.client()];
      for (const conn of conns) conn.blpop('p:none', 0).catch(() => {});
      for (let call = 0; call < 5; call += 1) redis.blpop('p:none', 0).catch(() => {});
      redis.client().catch(() => {});
      await redis.ping();
      parentPort.postMessage('ready');
      // Leases come and go at the moment of the end.
      for (;;) await redis.client((conn) => conn.ping());
    })()\`;
  (async () => {
    for (let round = 0; round < 3; round += 1) {
      const worker = new Worker(body, { eval: true, workerData: process.argv[1] });
      await new Promise((resolve) => worker.once('message', resolve));
      await worker.terminate();
    }
    const redis = new Redis(process.argv[1]);
    while ((await redis.clientList()).length > 1) await new Promise((resolve) => setImmediate(resolve));
    console.log(await redis.client((conn) => conn.echo('in good order')));
    await redis.close();
  })()`
  const { end, stdout, stderr } = await runProgram(source, { args: [server.url] })
  assert.equal(end, 0, stderr)
  assert.equal(stdout, 'in good order\n')
})
