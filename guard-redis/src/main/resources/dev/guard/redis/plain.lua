-- The calls that nearly all calls are: to take permits, or to peek, under a policy whose limits are two numbers each, on a key
-- that is not known yet or is counted under that very policy, and of which nothing special is remembered. It is written out for
-- each list of algorithms, without a function, a table or a loop. What is not such a call goes on to the model.
--
-- What it calculates with is 1 where a denial starts a block, 0 elsewhere; then the numbers of each limit, all packed as '>d'.

repeat
  local unpack, pack, floor, ceil, min, max = struct.unpack, struct.pack, math.floor, math.ceil, math.min, math.max
  local head, blocks, NUMBERS = unpack('>I2c0xxdNUMBER_FORMAT', ARGV[2])
  if
    value and (#value ~= #head + 8 * (2 + STATE_COUNT) + #suffix or string.find(value, head, 1, true) ~= 1)
  then
    break
  end
  local now, last, birth = time, nil, nil
  local code, _, deadline, cost = unpack('>BBdd', ARGV[1])
  if time > deadline then
    return pack('>Bd', 0, time)
  end
  local STATE
  if value then
    last, birth, STATE = unpack('>ddSTATE_FORMAT', value, #head + 1)
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
  if code == 3 then
    cost = max(1, min(cost, AVAILABLE))
  end
  if not (ADMITS) then
    if blocks == 1 and code ~= 2 then
      break
    end
    return pack('>BdddSTATE_FORMAT', 16, time, cost, now, STATE)
  end
  if code ~= 2 then
    CHARGE
    local life = 3600000
    if injected == '' then
      life = ceil((min(max(RESETS), 316224000000000) + now - time) / 1000) + 1000
    end
    local written =
      redis.pcall('SET', KEYS[1], pack('>c0ddSTATE_FORMATc0', head, now, birth, STATE, suffix), 'PX', life)
    if written.err then
      return written
    end
  end
  return pack('>BdddSTATE_FORMAT', 17, time, cost, now, STATE)
until true
