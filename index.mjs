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
  ProtocolError,
  ClosedError,
  OptionError,
  InternalError,
} = oxidis
