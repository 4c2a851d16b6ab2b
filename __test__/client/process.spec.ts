import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { runProgram, startProgram } from '../support/program'
import { TestServer } from '../support/server'
import { closedPort } from '../support/unreachable'

/** How long a program runs that is expected to stay alive, before it is ended. */
const LONG_ENOUGH_MS = 1500

let server: TestServer
before(async () => (server = await TestServer.start()))
after(() => server.close())

const run = (source: string, flags: string[] = [], patience?: number) =>
  runProgram(source, { args: [server.url], flags, ...(patience !== undefined && { patience }) })

/** Runs the program and expects it to end by itself, well, with this output. */
async function ends(source: string, stdout: string, flags: string[] = []): Promise<void> {
  const ended = await run(source, flags)
  assert.deepEqual(ended, { end: 0, stdout, stderr: '' })
}

const CLIENT = `const client = new Redis(process.argv[1]);`
const MAIN = (body: string) => `(async () => { ${CLIENT} ${body} })()`

test('an open client keeps the process alive', async () => {
  const { end, stdout } = await run(MAIN(`await client.connect(); console.log('open')`), [], LONG_ENOUGH_MS)
  assert.equal(end, 'stayed alive')
  assert.equal(stdout, 'open\n')
})

test('a client that was never used does not', () => ends(CLIENT, ''))

test('a closed or destroyed client does not', async () => {
  await ends(MAIN(`await client.set('k', 'v'); await client.close(); console.log('closed')`), 'closed\n')
  await ends(MAIN(`await client.set('k', 'v'); client.destroy(); console.log('destroyed')`), 'destroyed\n')
})

test('an unref’d client does not, and a ref’d one does again', async () => {
  await ends(MAIN(`await client.connect(); client.unref(); console.log('unref')`), 'unref\n')
  await ends(MAIN(`client.unref(); client.get('k').then(() => console.log('never heard'), () => {})`), '')
  const again = MAIN(`client.unref(); client.ref(); await client.connect(); console.log('ref')`)
  assert.equal((await run(again, [], LONG_ENOUGH_MS)).end, 'stayed alive')
})

test('a client that reconnects keeps the process alive, and one that has given up does not', async () => {
  const give = `{ port: 1, host: '127.0.0.1', reconnect: { initialDelay: 1, maxDelay: 1, maxAttempts: 3 } }`
  const source = `const client = new Redis(${give}); client.on('error', () => {});
    client.get('k').catch((error) => console.log(error.code))`
  await ends(source, 'CONNECTION_REFUSED\n')
})

test('connect() and close() settle before the process may end', async () => {
  const port = await closedPort()
  const source = `(async () => {
    for (let round = 0; round < 300; round += 1) {
      const client = new Redis({ host: '127.0.0.1', port: ${port} });
      await client.connect().catch(() => {});
      await client.close();
      const other = new Redis(process.argv[1]);
      if (round % 2) await other.connect();
      await other.close();
      await other.connect().catch(() => {});
    }
    console.log('done')
  })()`
  await ends(source, 'done\n')
})

test('a client that nobody holds is collected with its connection', async () => {
  const source = `(async () => {
    let collected = 0;
    const registry = new FinalizationRegistry(() => { collected += 1 });
    const use = async () => {
      for (let index = 0; index < 50; index += 1) {
        const client = new Redis(process.argv[1]);
        registry.register(client);
        if (index % 2) { await client.connect(); await client.close(); }
      }
    };
    await use();
    for (let turn = 0; turn < 1000 && collected < 50; turn += 1) {
      globalThis.gc();
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(collected)
  })()`
  await ends(source, '50\n', ['--expose-gc'])
})

test('an open client that nobody holds still settles its calls', async () => {
  const source = `(async () => {
    const call = () => new Redis(process.argv[1]).echo('heard');
    const calls = Array.from({ length: 20 }, call);
    for (let turn = 0; turn < 20; turn += 1) { globalThis.gc(); await null; }
    console.log(new Set(await Promise.all(calls)).size);
    process.exit(0);
  })()`
  await ends(source, '1\n', ['--expose-gc'])
})

test('the process may exit with calls in flight', async () => {
  for (const when of ['', 'await client.connect();', `await client.connect(); await client.ping();`]) {
    const source = MAIN(`${when}
      for (let call = 0; call < 5000; call += 1) client.incr('n').catch(() => {});
      console.log('exit');
      process.exit(7)`)
    const { end, stdout, stderr } = await run(source)
    assert.deepEqual([end, stdout, stderr], [7, 'exit\n', ''])
  }
})

test('the process may exit while results come in', async () => {
  for (let round = 0; round < 10; round += 1) {
    const source = MAIN(`await client.connect();
      let left = ${1 + round * 137};
      for (let call = 0; call < 5000; call += 1) client.ping().then(() => { if (--left === 0) process.exit(5) }, () => {})`)
    assert.deepEqual(await run(source), { end: 5, stdout: '', stderr: '' })
  }
})

test('SIGTERM ends the process at once, and a handler may close in peace', async () => {
  const busy = `const more = () => client.incr('n').then(more, () => {}); for (let n = 0; n < 100; n += 1) more();
    client.ping().then(() => console.log('busy'));`
  const killed = startProgram(CLIENT + busy, { args: [server.url] })
  await killed.printed('busy')
  killed.kill('SIGTERM')
  assert.equal((await killed.ended).end, 'SIGTERM')

  const closing = `process.once('SIGTERM', async () => { await client.close(); console.log('closed') });`
  const peaceful = startProgram(CLIENT + closing + busy, { args: [server.url] })
  await peaceful.printed('busy')
  peaceful.kill('SIGTERM')
  const { end, stdout, stderr } = await peaceful.ended
  assert.deepEqual([end, stdout, stderr], [0, 'busy\nclosed\n', ''])
})

test('an exception in the handler of a result loses no other result', async () => {
  const source = MAIN(`
    let caught = 0, heard = 0;
    process.on('uncaughtException', () => { caught += 1 });
    for (let call = 0; call < 1000; call += 1) {
      client.echo(call).then((reply) => { heard += 1; if (call % 100 === 0) throw new Error('handler') });
    }
    await client.echo('last');
    await new Promise((resolve) => setImmediate(resolve));
    console.log(heard, caught);
    await client.close()`)
  await ends(source, '1000 10\n')
})

test('an exception that nobody handles ends the process as ever', async () => {
  const source = MAIN(`await client.connect(); client.get('k').then(() => { throw new Error('handler') })`)
  const { end, stderr } = await run(source)
  assert.equal(end, 1)
  assert.match(stderr, /Error: handler/)
})

test('an error nobody listens for does not end the process', async () => {
  const source = `const client = new Redis({ host: '127.0.0.1', port: 1, reconnect: { maxAttempts: 2, initialDelay: 1, maxDelay: 1 } });
    client.get('k').catch(() => {}).finally(() => setTimeout(() => console.log('alive'), 50))`
  const { end, stdout, stderr } = await run(source)
  assert.deepEqual([end, stdout], [0, 'alive\n'])
  assert.equal(stderr.match(/OxidisWarning/g)?.length, 1)
})

const WORKER = (body: string) =>
  `const { Worker } = require('node:worker_threads');
   const start = (data) => new Worker(\`const { workerData, parentPort } = require('node:worker_threads');
     const { Redis } = require(process.cwd() + '/index.js'); ${body}\`, { eval: true, workerData: data });
   const exit = (worker) => new Promise((resolve, reject) => worker.once('exit', resolve).once('error', reject));
   const url = process.argv[1];`

test('a client works in a worker, in four at once, and beside the main thread', async () => {
  const worker = WORKER(`(async () => {
    const client = new Redis(workerData.url);
    const replies = await Promise.all(Array.from({ length: 5000 }, (_, n) => client.echo(workerData.name + n)));
    if (!replies.every((reply, n) => reply === workerData.name + n)) throw new Error('mixed up');
    parentPort.postMessage(replies.length);
    await client.close();
  })()`)
  const source = `${worker} (async () => {
    const client = new Redis(url);
    const workers = ['a', 'b', 'c', 'd'].map((name) => start({ url, name }));
    const counts = workers.map((worker) => new Promise((resolve) => worker.once('message', resolve)));
    const own = await Promise.all(Array.from({ length: 5000 }, (_, n) => client.echo('m' + n)));
    const codes = await Promise.all(workers.map(exit));
    console.log(own.every((reply, n) => reply === 'm' + n), await Promise.all(counts), codes);
    await client.close();
  })()`
  await ends(source, 'true [ 5000, 5000, 5000, 5000 ] [ 0, 0, 0, 0 ]\n')
})

test('a worker that ends with an open client leaves nothing behind', async () => {
  const worker = WORKER(`(async () => {
    const client = new Redis(workerData.url);
    await client.connect();
    client.unref();
    parentPort.postMessage('connected');
  })()`)
  const source = `${worker} (async () => {
    const codes = [];
    for (let round = 0; round < 10; round += 1) codes.push(await exit(start({ url })));
    const client = new Redis(url);
    for (let turn = 0; turn < 1000; turn += 1) {
      const clients = (await client.executeCommand('CLIENT', 'LIST')).trim().split('\\n').length;
      if (clients === 1) break;
    }
    console.log(new Set(codes), (await client.executeCommand('CLIENT', 'LIST')).trim().split('\\n').length);
    await client.close();
  })()`
  await server.raw('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
  await ends(source, 'Set(1) { 0 } 1\n')
})

test('a worker may be terminated with thousands of calls in flight, again and again', async () => {
  const worker = WORKER(`
    const client = new Redis(workerData.url);
    const large = 'x'.repeat(20000);
    let told = false;
    const more = () => client.echo(large).then(() => {
      if (!told) { told = true; parentPort.postMessage('busy') }
      more();
    }, () => {});
    client.set('k', large).then(() => { for (let n = 0; n < 3000; n += 1) more(); });
    setInterval(() => client.buffers.get('k').catch(() => {}), 1)`)
  const source = `${worker} (async () => {
    const client = new Redis(url);
    for (let round = 0; round < 20; round += 1) {
      const worker = start({ url });
      const exited = exit(worker);
      if (round % 4 !== 3) await new Promise((resolve) => worker.once('message', resolve));
      await worker.terminate();
      await exited;
      if (await client.echo('round' + round) !== 'round' + round) throw new Error('main thread');
    }
    console.log('survived');
    await client.close();
  })()`
  await ends(source, 'survived\n')
})

test('the process may exit while workers are busy', async () => {
  const worker = WORKER(`
    const client = new Redis(workerData.url);
    const more = () => client.incr('n').then(more, () => {});
    for (let n = 0; n < 1000; n += 1) more();
    client.ping().then(() => parentPort.postMessage('busy'))`)
  for (let round = 0; round < 5; round += 1) {
    const source = `${worker} Promise.all([1, 2].map(() => new Promise((resolve) => start({ url }).once('message', resolve))))
      .then(() => process.exit(3))`
    assert.deepEqual(await run(source), { end: 3, stdout: '', stderr: '' })
  }
})
