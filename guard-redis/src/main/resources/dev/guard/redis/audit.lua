-- Tries what guard does on a server, with a key that is never there, so that nothing is changed.
--
-- KEYS[1] or, where no key may be named, ARGV[1]   the key
--
-- Answers, for each command that was refused, its name and the error, one after the other.

local key = KEYS[1] or ARGV[1]
local refused = {}

local function try(name, ...)
  local answer = redis.pcall(name, ...)
  if type(answer) == 'table' and answer.err then
    refused[#refused + 1] = name
    refused[#refused + 1] = answer.err
  end
end

try('GET', key)
try('SET', key, '', 'PX', '1', 'XX')
try('DEL', key)
try('TIME')
try('PING')
try('SCAN', '0', 'MATCH', key, 'COUNT', '1')
return refused
