import oxidis from './index.js'

export const {
  Redis,
  RedisError,
  ReplyError,
  ConnectionError,
  AuthenticationError,
  TimeoutError,
  AbortError,
  QueueFullError,
  PoolTimeoutError,
  ProtocolError,
  ClosedError,
  OptionError,
  InternalError,
} = oxidis
