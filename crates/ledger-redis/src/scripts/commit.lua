-- Compares a record's version, then writes the record, its expiry and its event, in one step.
--
-- KEYS[1]  the record: a string of its version (16 bytes) and the sealed bytes
-- KEYS[2]  its events: a list of version (16 bytes) and sealed bytes, oldest first
-- KEYS[3]  the index of its kind: a sorted set of ids, every score 0; only for kinds that are listed
--          (all keys carry the hash tag of one partition, so that they lie on one node of a cluster)
--
-- ARGV[1]  the version expected, or empty: the record must be absent
-- ARGV[2]  the version it gets
-- ARGV[3]  the sealed record
-- ARGV[4]  the sealed event
-- ARGV[5]  Unix milliseconds at which record and events go, or empty: never
-- ARGV[6]  Unix milliseconds at which it was decided
-- ARGV[7]  milliseconds by which ARGV[6] may be ahead of this server's clock
-- ARGV[8]  events kept
-- ARGV[9]  the id for KEYS[3]
--
-- Returns {code, milliseconds}:
--   1  committed
--   2  repeated: the record has this version already, nothing was written
--   3  conflict: the record has another version
--   4  clock ahead, by that many milliseconds
--   5  damaged: a key holds something this program never writes
--
-- All checks stand before the first write, because a script that fails later is not rolled back. The first
-- write is the one that a full memory refuses; once it has passed, Redis lets the others pass.

local VERSION = 16

local time = redis.call('TIME')
local ahead = tonumber(ARGV[6]) - (tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
if ahead > tonumber(ARGV[7]) then
  return {4, ahead}
end

local expected_types = {'string', 'list', 'zset'}
for position, key in ipairs(KEYS) do
  local found = redis.call('TYPE', key).ok
  if found ~= 'none' and found ~= expected_types[position] then
    return {5, 0}
  end
end

local current = redis.call('GETRANGE', KEYS[1], 0, VERSION - 1)
if #current ~= 0 and #current ~= VERSION then
  return {5, 0}
end
if current == ARGV[2] then
  return {2, 0}
end
if current ~= ARGV[1] then
  return {3, 0}
end

if ARGV[5] == '' then
  redis.call('SET', KEYS[1], ARGV[2] .. ARGV[3])
else
  redis.call('SET', KEYS[1], ARGV[2] .. ARGV[3], 'PXAT', ARGV[5])
end
if current == '' then
  redis.call('DEL', KEYS[2])
end
local events = redis.call('RPUSH', KEYS[2], ARGV[2] .. ARGV[4])
local kept = tonumber(ARGV[8])
if events > kept then
  redis.call('LTRIM', KEYS[2], -kept, -1)
end
if ARGV[5] == '' then
  redis.call('PERSIST', KEYS[2])
else
  redis.call('PEXPIREAT', KEYS[2], ARGV[5])
end
if KEYS[3] then
  redis.call('ZADD', KEYS[3], 0, ARGV[9])
end
return {1, 0}
