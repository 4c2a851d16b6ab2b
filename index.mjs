import oxidis from './index.js'

export const {
  Redis,
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
