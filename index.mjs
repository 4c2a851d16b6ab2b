import oxidis from './index.js'

export const {
  Redis,
  ConnectionPool,
  Sentinel,
  RedisError,
  ReplyError,
  ConnectionError,
  AuthenticationError,
  TimeoutError,
  AbortError,
  QueueFullError,
  PoolTimeoutError,
  WatchError,
  ExecAbortError,
  ProtocolError,
  ClosedError,
  SentinelError,
  OptionError,
  InternalError,
} = oxidis
