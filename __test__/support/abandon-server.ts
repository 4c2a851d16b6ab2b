/** Run as a program: starts a server, says which, and ends as its argument says, without ever closing it. */
import { scratchFolder } from './scratch'
import { TestServer } from './server'

async function main(): Promise<void> {
  const server = await TestServer.start()
  console.log(JSON.stringify({ pid: server.pid, folder: scratchFolder('more') }))
  switch (process.argv[2]) {
    case 'exit':
      process.exit(0)
      break
    case 'throw':
      throw new Error('thrown on purpose')
    case 'return':
      break
    case 'wait':
      setInterval(() => {}, 1000)
  }
}

void main()
