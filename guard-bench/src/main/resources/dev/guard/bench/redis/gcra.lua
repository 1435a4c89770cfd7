-- The least that a limit in Redis can cost: the generic cell rate algorithm, one number a key, yes or no.
--
-- KEYS[1]   the key, which holds the time at which the bucket will be full, packed as '>d'
-- ARGV[1]   microseconds a permit, and from empty to full, packed as '>dd'

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local permit, most = struct.unpack('>dd', ARGV[1])
local value = redis.call('GET', KEYS[1])
local full = value and struct.unpack('>d', value) or now
if full < now then
  full = now
end
full = full + permit
if full - now > most then
  return 0
end
redis.call('SET', KEYS[1], struct.pack('>d', full), 'PX', math.ceil((full - now) / 1000) + 1000)
return 1
