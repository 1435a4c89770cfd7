-- The calls that nearly all calls are: to take permits, or to peek, under a policy whose limits are two numbers each, on a key
-- that is not known yet or is counted under that very policy, and of which nothing special is remembered. It is written out for
-- each list of algorithms, without a function, a table or a loop. What is not such a call goes on to the model.
--
-- ARGV[7]   1 where a denial starts a block, 0 elsewhere; then the numbers of each limit, all packed as '>d'

repeat
  local head = ARGV[5]
  if value and (string.sub(value, 1, #head) ~= head or #value ~= #head + 8 * (2 + STATE_COUNT) + #ARGV[2]) then
    break
  end
  local floor, ceil = math.floor, math.ceil
  local now, last, birth = time, nil, nil
  local code, _, cost, _, _, deadline = struct.unpack('>BBdddd', ARGV[1])
  if time > deadline then
    return struct.pack('>Bd', 0, time)
  end
  local blocks, NUMBERS = struct.unpack('>dNUMBER_FORMAT', ARGV[7])
  local STATE
  if value then
    last, birth, STATE = struct.unpack('>ddSTATE_FORMAT', value, #head + 1)
    if last > now then
      now = last
    end
    if now - last >= 316224000000000 then
      break -- ten years
    end
    ADVANCE
    if IS_INITIAL then
      birth = now
    end
  else
    birth = now
    INITIAL
  end
  local AVAILABLE_NAMES = AVAILABLE
  if code == 3 then
    cost = math.max(1, math.min(cost, AVAILABLE_NAMES))
  end
  local allowed = ADMITS
  if not allowed then
    if blocks == 1 and code ~= 2 then
      break
    end
    return struct.pack('>BdddSTATE_FORMAT', 16, time, cost, now, STATE)
  end
  if code ~= 2 then
    CHARGE
    local life = 3600000
    if ARGV[3] == '' then
      life = ceil((math.min(math.max(RESETS), 316224000000000) + now - time) / 1000) + 1000
    end
    local written =
      redis.pcall('SET', KEYS[1], head .. struct.pack('>ddSTATE_FORMAT', now, birth, STATE) .. ARGV[2], 'PX', life)
    if written.err then
      return written
    end
  end
  return struct.pack('>BdddSTATE_FORMAT', 17, time, cost, now, STATE)
until true
