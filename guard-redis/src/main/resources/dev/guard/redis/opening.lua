-- What every script begins with: the key's value, and the time.
--
-- KEYS[1]   the key
-- ARGV[1]   the operations, each packed as '>BBddddBc0': its code, the number of its policy (0 for none), three numbers
--           whose meaning is the operation's own, its deadline in the server's time, and an id
-- ARGV[2]   what follows the state in the value: the text of a subject that the key shows only a hash of, or nothing
-- ARGV[3]   the time that a test injects, packed as '>d', or nothing
-- ARGV[4]   the windows of calendars, each packed as 'Bc0>dddd'
-- ARGV[5..] two for each policy: the beginning of a value that is counted under it, and its limits in numbers
--
-- All times are microseconds since the epoch, all numbers are whole and below 2^53, where a double counts exactly.

local value = redis.pcall('GET', KEYS[1])
if type(value) == 'table' then
  return value -- an error, such as WRONGTYPE, as the server told it
end

local time
if ARGV[3] == '' then
  local clock = redis.call('TIME')
  time = clock[1] * 1000000 + clock[2]
else
  time = struct.unpack('>d', ARGV[3])
end
