'use strict'

const errors = require('./lib/errors.js')
const { ConnectionPool } = require('./lib/client/connection-pool.js')
const { Redis } = require('./lib/client/redis.js')
const { Sentinel } = require('./lib/client/sentinel.js')

module.exports = {
  Redis,
  ConnectionPool,
  Sentinel,
  RedisError: errors.RedisError,
  ReplyError: errors.ReplyError,
  ConnectionError: errors.ConnectionError,
  AuthenticationError: errors.AuthenticationError,
  TimeoutError: errors.TimeoutError,
  AbortError: errors.AbortError,
  QueueFullError: errors.QueueFullError,
  PoolTimeoutError: errors.PoolTimeoutError,
  WatchError: errors.WatchError,
  ExecAbortError: errors.ExecAbortError,
  ProtocolError: errors.ProtocolError,
  ClosedError: errors.ClosedError,
  SentinelError: errors.SentinelError,
  OptionError: errors.OptionError,
  InternalError: errors.InternalError,
}
