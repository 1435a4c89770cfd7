-- What every script begins with: the key's value, and the time.
--
-- KEYS[1]   the key
-- ARGV[1]   the operations, each packed as '>BBddddBc0': its code, the number of its policy (0 for none), its deadline in the
--           server's time, three numbers whose meaning is the operation's own, and an id
-- ARGV[2]   the policies, each packed as '>I2c0I2c0BBd': the beginning of a value that is counted under it, which notes its version
--           and its limits; what a plain script calculates with; whether it is in shadow, what it carries over, and how long
--           it blocks on excess
-- ARGV[3]   what few calls have, packed as '>Bc0I4c0' and more: the time that a test injects, as '>d' or nothing; what follows the state
--           in the value, the text of a subject that the key shows only a hash of, or nothing; then the windows of calendars,
--           each packed as 'Bc0>dddd'
--
-- All times are microseconds since the epoch, all numbers are whole and below 2^53, where a double counts exactly.

local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then
  return value -- an error, such as WRONGTYPE, as the server told it
end

local injected, suffix, windows = '', '', ''
if ARGV[3] then
  local at
  injected, suffix, at = struct.unpack('>Bc0I4c0', ARGV[3])
  windows = string.sub(ARGV[3], at)
end

local time
if injected == '' then
  local clock = redis.call('TIME')
  time = clock[1] * 1000000 + clock[2]
else
  time = struct.unpack('>d', injected)
end
