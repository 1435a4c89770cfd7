-- The whole contract of counters, step by step as CounterModel has it: that class says why things are as they are, this text
-- only that they are the same. Names are the class's.
--
-- The state of a key is a string, and stays what it was where an operation changes nothing: a denial throws away what it
-- worked on. What lapses, and what a newer version converts, is worked out anew each time until something is written.

local pack, unpack = struct.pack, struct.unpack
local byte, sub = string.byte, string.sub
local floor, ceil, min, max = math.floor, math.ceil, math.min, math.max
local insert, concat = table.insert, table.concat

local TEN_YEARS = 3660 * 24 * 60 * 60 * 1000000
local NEVER_WAS = -9223372036854775808
local MOST_RESERVATIONS = 4096
local MOST_REFUNDED = 64
local MOST_ENTRIES = 4096

local GREEDY, INTERVAL, FIXED, ALIGNED, SLIDING, LOG, CALENDAR, CONCURRENT = 1, 2, 3, 4, 5, 6, 7, 8

-- Policies as they come with the operations ------------------------------------------------------------------------------

-- Numbers that are stored in few bytes: base 128, lowest digits first, 128 added to every byte but the last.
local function varint(text, at)
  local number, unit = 0, 1
  while true do
    local digit = byte(text, at)
    at = at + 1
    if digit < 128 then
      return number + digit * unit, at
    end
    number = number + (digit - 128) * unit
    unit = unit * 128
  end
end

-- The same, of a number that is told without its zeros at the end: the first digit holds how many those are, and three bits.
local function scaled(text, at)
  local digit = byte(text, at)
  local zeros = digit % 16
  local number, unit = floor(digit / 16) % 8, 8
  while digit >= 128 do
    at = at + 1
    digit = byte(text, at)
    number = number + digit % 128 * unit
    unit = unit * 128
  end
  for _ = 1, zeros do
    number = number * 10
  end
  return number, at + 1
end

-- The version and the limits of a policy as a value notes them.
local function noted(text)
  local version, count, at
  version, at = varint(text, 1)
  count, at = varint(text, at)
  local limits = {}
  for i = 1, count do
    local limit = { calendar = '' }
    local code = byte(text, at)
    limit.shadow = code >= 128
    limit.algorithm = code % 128
    limit.capacity, at = scaled(text, at + 1)
    limit.permits, at = scaled(text, at)
    limit.period, at = scaled(text, at)
    limit.tick, at = scaled(text, at)
    limit.units_per_tick, at = scaled(text, at)
    limit.units_per_permit, at = scaled(text, at)
    limit.max_debt, at = scaled(text, at)
    if limit.algorithm == CALENDAR then
      limit.calendar, at = unpack('Bc0', text, at)
    end
    limits[i] = limit
  end
  if at ~= #text + 1 then
    error('the policy has ' .. #text .. ' bytes')
  end
  return version, limits
end

local policies

-- The policy of a number, read only when it is asked for; nil beyond the last.
local function policy_of(number)
  if not policies then
    local at = 1
    policies = {}
    while at <= #ARGV[2] do
      local policy, head, shadow, _ = {}, nil, nil, nil
      head, _, shadow, policy.carry, policy.block_on_excess, at = unpack('>I2c0I2c0BBd', ARGV[2], at)
      policy.noted, policy.shadow = sub(head, 5), shadow == 1
      insert(policies, policy)
    end
  end
  local policy = policies[number]
  if policy and not policy.limits then
    policy.version, policy.limits = noted(policy.noted)
    for _, limit in ipairs(policy.limits) do
      if limit.capacity == 0 and not limit.shadow then
        policy.always_denies = true
      end
    end
  end
  return policy
end

-- Calendars ----------------------------------------------------------------------------------------------------------------
--
-- Only the caller knows time zones. For each calendar it sends the ends of three windows around its own idea of the time, and of
-- three more when it is asked for them: a window that is needed and not there is an error that names a moment of it.

local calendars

local function window(calendar, moment)
  if not calendars then
    calendars = {}
    local at, name, first, second, third, fourth = 1
    while at <= #windows do
      name, first, second, third, fourth, at = unpack('>Bc0dddd', windows, at)
      calendars[name] = calendars[name] or {}
      insert(calendars[name], { first, second })
      insert(calendars[name], { second, third })
      insert(calendars[name], { third, fourth })
    end
  end
  for _, known in ipairs(calendars[calendar] or {}) do
    if known[1] <= moment and moment < known[2] then
      return known[1], known[2]
    end
  end
  error({ missing = moment })
end

-- Lists ----------------------------------------------------------------------------------------------------------------------
--
-- What is held until some moment, reservations and concurrent slots, is a string as it is in the value, in the order of the ends and
-- then of the ids. A call that is about none of them looks at the first one only, however many there are. A list is `count`
-- entries from byte `first` on, of which the last ends at `last`; an entry is its end, its permits, for reservations two more
-- numbers, and an id. `head` is what of an entry comes before its id, the length of that included.

local RESERVED, HOLDS = 33, 17

local function list(head)
  return { head = head, count = 0, first = 1, last = 0, bytes = '' }
end

-- Whether one id comes before another: by their bytes, which the server's locale has no say in.
local function precedes(one, other)
  for i = 1, min(#one, #other) do
    local a, b = byte(one, i), byte(other, i)
    if a ~= b then
      return a < b
    end
  end
  return #one < #other
end

-- Where the entry begins that comes after one.
local function following(items, at)
  return at + items.head + byte(items.bytes, at + items.head - 1)
end

-- The end and the permits of an entry.
local function entry_at(items, at)
  return unpack('>dd', items.bytes, at)
end

local function drop_first(items)
  items.first = following(items, items.first)
  items.count = items.count - 1
end

-- Replaces the bytes from one place up to another.
local function replace(items, from, to, bytes)
  items.bytes = sub(items.bytes, items.first, from - 1) .. bytes .. sub(items.bytes, to)
  items.first = 1
end

-- The place of the first entry of an id, nil where there is none; and that of the entry before.
local function find(items, id)
  local at, before = items.first, nil
  while at <= #items.bytes do
    local after = following(items, at)
    if sub(items.bytes, at + items.head, after - 1) == id then
      return at, before
    end
    at, before = after, at
  end
end

-- Drops what find found.
local function drop(items, at, before)
  local after = following(items, at)
  if before and after > #items.bytes then
    items.last = entry_at(items, before)
  end
  replace(items, at, after, '')
  items.count = items.count - 1
end

-- Puts an entry where the order has it.
local function put(items, finish, id, bytes)
  local at = #items.bytes + 1
  if items.count > 0 and finish <= items.last then
    at = items.first
    while at <= #items.bytes do
      local other = entry_at(items, at)
      if finish < other or (finish == other and precedes(id, sub(items.bytes, at + items.head, following(items, at) - 1))) then
        break
      end
      at = following(items, at)
    end
  end
  items.last = items.count > 0 and max(items.last, finish) or finish
  replace(items, at, at, bytes)
  items.count = items.count + 1
end

local function hold(items, finish, permits, id)
  put(items, finish, id, pack('>ddBc0', finish, permits, #id, id))
end

local function reservation_at(items, at)
  local reserved = {}
  reserved.time, reserved.cost, reserved.version, reserved.taken, reserved.id = unpack('>ddddBc0', items.bytes, at)
  return reserved
end

-- Algorithms ---------------------------------------------------------------------------------------------------------------
--
-- A slot is a limit with what it remembers: x and y as in LimitState, the entries, and for calendars the window in which it was
-- last charged. Every function but advance takes a slot that was advanced to `now`.

-- `count` steps of `step`, of which `elapsed` are over.
local function rest(count, step, elapsed)
  return min(count * step - elapsed, TEN_YEARS)
end

local function nothing_used(slot)
  slot.x, slot.y = 0, 0
end

local greedy = {
  initial = function(slot)
    slot.x, slot.y = slot.limit.capacity * slot.limit.units_per_permit, 0
  end,
  advance = function(slot, last, now)
    local limit = slot.limit
    local missing = limit.capacity * limit.units_per_permit - slot.x
    if missing ~= 0 and limit.units_per_tick ~= 0 then
      local ticks = floor(now / limit.tick) - floor(last / limit.tick)
      slot.x = slot.x + (ticks >= ceil(missing / limit.units_per_tick) and missing or ticks * limit.units_per_tick)
    end
  end,
  available = function(slot)
    return floor(slot.x / slot.limit.units_per_permit)
  end,
  charge = function(slot, now, cost)
    slot.x = slot.x - cost * slot.limit.units_per_permit
  end,
  refunded = function(slot, now, moment, cost)
    local limit = slot.limit
    local full = limit.capacity * limit.units_per_permit
    slot.x = cost > floor((full - slot.x) / limit.units_per_permit) and full or slot.x + cost * limit.units_per_permit
  end,
  counted_until = function(slot, moment)
    local limit = slot.limit
    if limit.units_per_tick == 0 then
      return moment
    end
    return moment + rest(ceil(limit.capacity * limit.units_per_permit / limit.units_per_tick), limit.tick, 0)
  end,
  reset_after = function(slot, now)
    local limit = slot.limit
    local missing = limit.capacity * limit.units_per_permit - slot.x
    if missing == 0 then
      return 0
    end
    return limit.units_per_tick == 0 and TEN_YEARS
      or rest(ceil(missing / limit.units_per_tick), limit.tick, now % limit.tick)
  end,
  carried = function(slot, from, now, available)
    slot.x, slot.y = available * slot.limit.units_per_permit, 0
  end,
}

local interval = {
  initial = function(slot)
    slot.x, slot.y = slot.limit.capacity, 0
  end,
  advance = function(slot, last, now)
    local limit = slot.limit
    local missing, elapsed = limit.capacity - slot.x, now - slot.y
    if missing ~= 0 and elapsed >= limit.period then
      local periods = floor(elapsed / limit.period)
      slot.x = slot.x + (periods >= ceil(missing / limit.permits) and missing or periods * limit.permits)
    end
    if slot.x == limit.capacity then
      slot.y = 0
    elseif elapsed >= limit.period then
      slot.y = now - elapsed % limit.period
    end
  end,
  available = function(slot)
    return slot.x
  end,
  charge = function(slot, now, cost)
    if slot.x == slot.limit.capacity then
      slot.y = now
    end
    slot.x = slot.x - cost
  end,
  refunded = function(slot, now, moment, cost)
    if cost >= slot.limit.capacity - slot.x then
      slot.x, slot.y = slot.limit.capacity, 0
    else
      slot.x = slot.x + cost
    end
  end,
  counted_until = function(slot, moment)
    local limit = slot.limit
    return limit.permits == 0 and moment or moment + rest(ceil(limit.capacity / limit.permits), limit.period, 0)
  end,
  reset_after = function(slot, now)
    local limit = slot.limit
    local missing = limit.capacity - slot.x
    return missing == 0 and 0 or rest(ceil(missing / limit.permits), limit.period, now - slot.y)
  end,
  carried = function(slot, from, now, available)
    if available == slot.limit.capacity then
      slot.x, slot.y = available, 0
    else
      slot.x, slot.y = available, now - (now - from.y) % slot.limit.period
    end
  end,
}

-- What all windows have in common that forget at their end, all at once, what was used in them.
local function single_window(of_window, advance, charge, counted_until, reset_after, carried)
  return {
    initial = nothing_used,
    advance = advance,
    available = function(slot)
      return slot.limit.capacity - slot.x
    end,
    charge = charge,
    refunded = function(slot, now, moment, cost)
      if slot.x > 0 and of_window(slot, moment) then
        if cost >= slot.x then
          nothing_used(slot)
        else
          slot.x = slot.x - cost
        end
      end
    end,
    counted_until = counted_until,
    reset_after = reset_after,
    carried = carried,
  }
end

local function a_period_later(slot, moment)
  return moment + slot.limit.period
end

local function to_end_of_period(slot, now)
  return slot.x == 0 and 0 or slot.y + slot.limit.period - now
end

local fixed = single_window(
  function(slot, moment)
    return moment >= slot.y
  end,
  function(slot, last, now)
    if slot.x == 0 or now - slot.y >= slot.limit.period then
      nothing_used(slot)
    end
  end,
  function(slot, now, cost)
    if slot.x == 0 then
      slot.y = now
    end
    slot.x = slot.x + cost
  end,
  a_period_later,
  to_end_of_period,
  function(slot, from, now, available)
    slot.x, slot.y = slot.limit.capacity - available, from.y
  end
)

local function aligned_start(slot, moment)
  return moment - moment % slot.limit.period
end

local aligned = single_window(
  function(slot, moment)
    return aligned_start(slot, moment) == slot.y
  end,
  function(slot, last, now)
    if slot.x == 0 or slot.y ~= aligned_start(slot, now) then
      nothing_used(slot)
    end
  end,
  function(slot, now, cost)
    slot.x, slot.y = slot.x + cost, aligned_start(slot, now)
  end,
  a_period_later,
  to_end_of_period,
  function(slot, from, now, available)
    slot.x, slot.y = slot.limit.capacity - available, aligned_start(slot, now)
  end
)

-- The slot in the window that holds `now`, which it goes on to remember when nothing is used of it any more.
local function into_window(slot, now)
  if not (slot.window_start <= now and now < slot.window_end) then
    slot.window_start, slot.window_end = window(slot.limit.calendar, now)
  end
  slot.y = slot.window_start
end

local calendar = single_window(
  function(slot, moment)
    return slot.window_start <= moment and moment < slot.window_end
  end,
  function(slot, last, now)
    if slot.x == 0 or now >= slot.window_end then
      nothing_used(slot)
    end
  end,
  function(slot, now, cost)
    into_window(slot, now)
    slot.x = slot.x + cost
  end,
  function(slot, moment)
    if moment < slot.window_start then
      return NEVER_WAS -- it has ended, as that window began after it
    end
    if moment < slot.window_end then
      return slot.window_end
    end
    local _, finish = window(slot.limit.calendar, moment)
    return finish
  end,
  function(slot, now)
    return slot.x == 0 and 0 or slot.window_end - now
  end,
  function(slot, from, now, available)
    into_window(slot, now)
    slot.x = slot.limit.capacity - available
  end
)

local function elapsed_ticks(limit, now)
  return floor(now % limit.period / limit.tick)
end

-- What the previous window's permits still weigh, in whole permits rounded up.
local function weighted(limit, previous, now)
  local ticks = limit.units_per_permit
  return ceil(previous * (ticks - elapsed_ticks(limit, now)) / ticks)
end

local sliding = {
  initial = nothing_used,
  advance = function(slot, last, now)
    local windows = floor(now / slot.limit.period) - floor(last / slot.limit.period)
    if windows ~= 0 then
      slot.x, slot.y = 0, windows == 1 and slot.x or 0
    end
  end,
  available = function(slot, now)
    return slot.limit.capacity - weighted(slot.limit, slot.y, now) - slot.x
  end,
  charge = function(slot, now, cost)
    slot.x = slot.x + cost
  end,
  refunded = function(slot, now, moment, cost)
    local windows = floor(now / slot.limit.period) - floor(moment / slot.limit.period)
    if windows == 0 then
      slot.x = slot.x - min(cost, slot.x)
    elseif windows == 1 then
      slot.y = slot.y - min(cost, slot.y)
    end
  end,
  counted_until = function(slot, moment)
    return moment + min(2 * slot.limit.period, TEN_YEARS)
  end,
  reset_after = function(slot, now)
    local limit = slot.limit
    local left = limit.units_per_permit - elapsed_ticks(limit, now)
    if slot.x > 0 then
      return rest(limit.units_per_permit + left, limit.tick, now % limit.tick)
    end
    return slot.y > 0 and rest(left, limit.tick, now % limit.tick) or 0
  end,
  carried = function(slot, from, now, available)
    local limit = slot.limit
    if limit.period ~= from.limit.period then
      nothing_used(slot)
      return
    end
    local ticks = limit.units_per_permit
    local used = limit.capacity - available
    slot.y = min(from.y, floor(used * ticks / (ticks - elapsed_ticks(limit, now))))
    slot.x = used - weighted(limit, slot.y, now)
  end,
}

-- The entries of a log are a string, 16 bytes each: a log is charged at its end and forgets at its beginning, which needs no more
-- than a few of them to be read. Slots of a log count in x what all entries come to.
local ENTRY = 16

local function log_entry(slot, number)
  return unpack('>dd', slot.entries, ENTRY * (number - 1) + 1)
end

local function log_size(slot)
  return #slot.entries / ENTRY
end

local log = {
  initial = function(slot)
    slot.x, slot.y, slot.entries = 0, 0, ''
  end,
  advance = function(slot, last, now)
    local size, ended = log_size(slot), 0
    while ended < size do
      local moment, permits = log_entry(slot, ended + 1)
      if moment + slot.limit.period > now then
        break
      end
      slot.x, ended = slot.x - permits, ended + 1
    end
    if ended > 0 then
      slot.entries = sub(slot.entries, ENTRY * ended + 1)
    end
  end,
  available = function(slot)
    return slot.limit.capacity - slot.x
  end,
  charge = function(slot, now, cost)
    local size, merged = log_size(slot), 0
    if size > 0 then
      local newest, permits = log_entry(slot, size)
      if newest == now or size >= MOST_ENTRIES then
        slot.entries, merged = sub(slot.entries, 1, -ENTRY - 1), permits
      end
    end
    slot.x, slot.entries = slot.x + cost, slot.entries .. pack('>dd', now, merged + cost)
  end,
  refunded = function(slot, now, moment, cost)
    for number = 1, log_size(slot) do
      local time_of_entry, permits = log_entry(slot, number)
      if time_of_entry == moment then
        local before, after = sub(slot.entries, 1, ENTRY * (number - 1)), sub(slot.entries, ENTRY * number + 1)
        local left = permits - min(cost, permits)
        slot.x = slot.x - (permits - left)
        slot.entries = before .. (left > 0 and pack('>dd', moment, left) or '') .. after
        return
      end
    end
  end,
  counted_until = a_period_later,
  reset_after = function(slot, now)
    local size = log_size(slot)
    return size == 0 and 0 or log_entry(slot, size) + slot.limit.period - now
  end,
}

local function nothing() end

-- Concurrent slots are a list, and count in x what all of it comes to.
local concurrent = {
  initial = function(slot)
    slot.x, slot.y, slot.held = 0, 0, list(HOLDS)
  end,
  advance = function(slot, last, now)
    local held = slot.held
    while held.count > 0 do
      local finish, permits = entry_at(held, held.first)
      if finish > now then
        return
      end
      slot.x = slot.x - permits
      drop_first(held)
    end
  end,
  available = function(slot)
    return slot.limit.capacity - slot.x
  end,
  charge = nothing,
  refunded = nothing,
  counted_until = a_period_later,
  reset_after = function(slot, now)
    return slot.held.count > 0 and slot.held.last - now or 0
  end,
}

local algorithms = {
  [GREEDY] = greedy,
  [INTERVAL] = interval,
  [FIXED] = fixed,
  [ALIGNED] = aligned,
  [SLIDING] = sliding,
  [LOG] = log,
  [CALENDAR] = calendar,
  [CONCURRENT] = concurrent,
}

-- Slots --------------------------------------------------------------------------------------------------------------------

local function algorithm_of(slot)
  return algorithms[slot.limit.algorithm]
end

local function initial(limit)
  local slot = { limit = limit }
  if limit.algorithm == CALENDAR then
    slot.window_start, slot.window_end = 0, 0
  end
  algorithm_of(slot).initial(slot)
  return slot
end

local function is_initial(slot)
  if slot.entries or slot.held then
    return slot.x == 0
  end
  local unused = initial(slot.limit)
  return slot.x == unused.x and slot.y == unused.y
end

local function available(slot, now)
  return algorithm_of(slot).available(slot, now)
end

-- Charges what is available and the largest debt allow of the cost.
local function charge(slot, now, cost)
  local chargeable = min(cost, available(slot, now) + slot.limit.max_debt)
  if chargeable > 0 then
    algorithm_of(slot).charge(slot, now, chargeable)
  end
end

local function charge_to(slot, now, cost, holder)
  if slot.limit.algorithm == CONCURRENT then
    local lease = holder.ttl > 0 and holder.ttl or slot.limit.period
    hold(slot.held, now + lease, cost, holder.id)
    slot.x = slot.x + cost
  else
    charge(slot, now, cost)
  end
end

local function refunded(slot, now, moment, cost)
  local algorithm = slot.limit.algorithm
  if algorithm == CONCURRENT or (algorithm == CALENDAR and slot.x == 0) then
    return -- there is nothing to give back, so that no window has to be known
  end
  if now < algorithm_of(slot).counted_until(slot, moment) then
    algorithm_of(slot).refunded(slot, now, moment, cost)
  end
end

local function holds(slot, id)
  return slot.limit.algorithm == CONCURRENT and find(slot.held, id) ~= nil
end

-- Takes what the id holds out of the slot, and answers the permits of each entry.
local function release(slot, id)
  local released = {}
  local at, before = find(slot.held, id)
  while at do
    local _, permits = entry_at(slot.held, at)
    insert(released, permits)
    slot.x = slot.x - permits
    drop(slot.held, at, before)
    at, before = find(slot.held, id)
  end
  return released
end

-- States -------------------------------------------------------------------------------------------------------------------

local HELD, BLOCKED, RESERVATIONS, REFUNDED, SUBJECT = 1, 2, 4, 8, 16
local MAGIC = byte('g')

local function has(flags, flag)
  return floor(flags / flag) % 2 == 1
end

-- A list is its count and, if that is above 0, the number of its bytes, the last end, and the bytes.
local function read_list(items, text, at)
  items.count, at = unpack('>I2', text, at)
  if items.count > 0 then
    local length
    length, items.last, at = unpack('>I4d', text, at)
    items.bytes = sub(text, at, at + length - 1)
    at = at + length
  end
  return at
end

local function write_list(out, items)
  insert(out, pack('>I2', items.count))
  if items.count > 0 then
    local bytes = sub(items.bytes, items.first)
    insert(out, pack('>I4d', #bytes, items.last))
    insert(out, bytes)
  end
end

local function read_slot(limit, text, at, time)
  local slot = { limit = limit }
  local algorithm = limit.algorithm
  if algorithm == GREEDY then
    slot.x, at = unpack('>d', text, at)
    slot.y = 0
  elseif algorithm == ALIGNED then
    slot.x, at = unpack('>d', text, at)
    slot.y = slot.x == 0 and 0 or aligned_start(slot, time)
  elseif algorithm == CALENDAR then
    slot.x, slot.window_start, slot.window_end, at = unpack('>ddd', text, at)
    slot.y = slot.x == 0 and 0 or slot.window_start
  elseif algorithm == LOG then
    local count
    slot.x, count, at = unpack('>dI2', text, at)
    slot.y, slot.entries = 0, sub(text, at, at + ENTRY * count - 1)
    at = at + ENTRY * count
  elseif algorithm == CONCURRENT then
    slot.x, slot.y, slot.held = 0, 0, list(HOLDS)
    at = read_list(slot.held, text, at)
    if slot.held.count > 0 then
      slot.x, at = unpack('>d', text, at)
    end
  else
    slot.x, slot.y, at = unpack('>dd', text, at)
  end
  return slot, at
end

local function write_slot(out, slot)
  local algorithm = slot.limit.algorithm
  if algorithm == GREEDY or algorithm == ALIGNED then
    insert(out, pack('>d', slot.x))
  elseif algorithm == CALENDAR then
    insert(out, pack('>ddd', slot.x, slot.window_start, slot.window_end))
  elseif algorithm == LOG then
    insert(out, pack('>dI2', slot.x, log_size(slot)))
    insert(out, slot.entries)
  elseif algorithm == CONCURRENT then
    write_list(out, slot.held)
    if slot.held.count > 0 then
      insert(out, pack('>d', slot.x))
    end
  else
    insert(out, pack('>dd', slot.x, slot.y))
  end
end

local function limits_of(text)
  local number = 1
  local policy = policy_of(number)
  while policy do
    if policy.noted == text then
      return policy.version, policy.limits
    end
    number = number + 1
    policy = policy_of(number)
  end
  return noted(text)
end

local function parse(text)
  local magic, flags, length, at = unpack('>BBI2', text)
  if magic ~= MAGIC or flags > 31 then
    error('it begins with ' .. magic .. ' and ' .. flags)
  end
  local state = { noted = sub(text, at, at + length - 1), held_until = NEVER_WAS, blocked_until = NEVER_WAS }
  local limits
  state.version, limits = limits_of(state.noted)
  state.time, state.birth, at = unpack('>dd', text, at + length)
  state.slots, state.reservations, state.refunded = {}, list(RESERVED), {}
  for i, limit in ipairs(limits) do
    state.slots[i], at = read_slot(limit, text, at, state.time)
  end
  if has(flags, HELD) then
    state.held_until, at = unpack('>d', text, at)
  end
  if has(flags, BLOCKED) then
    state.blocked_until, at = unpack('>d', text, at)
  end
  if has(flags, RESERVATIONS) then
    at = read_list(state.reservations, text, at)
  end
  if has(flags, REFUNDED) then
    local count
    count, at = unpack('>I2', text, at)
    for i = 1, count do
      local permit = {}
      permit.known_until, permit.id, at = unpack('>dBc0', text, at)
      state.refunded[i] = permit
    end
  end
  if has(flags, SUBJECT) then
    local _
    _, at = unpack('>I4c0', text, at)
  end
  if at ~= #text + 1 then
    error('it has ' .. #text .. ' bytes')
  end
  return state
end

-- The state of some bytes, which a stranger may have written.
local function state_of(text)
  local readable, state = pcall(parse, text)
  if not readable then
    error({ corrupt = state })
  end
  return state
end

-- The bytes of a state; without its reservations and refunds, if only what a decision is read from is wanted.
local function bytes_of(state, suffix, all)
  local flags = 0
  local out = { '', state.noted, pack('>dd', state.time, state.birth) }
  for _, slot in ipairs(state.slots) do
    write_slot(out, slot)
  end
  if state.held_until ~= NEVER_WAS then
    flags = flags + HELD
    insert(out, pack('>d', state.held_until))
  end
  if state.blocked_until ~= NEVER_WAS then
    flags = flags + BLOCKED
    insert(out, pack('>d', state.blocked_until))
  end
  if all and state.reservations.count > 0 then
    flags = flags + RESERVATIONS
    write_list(out, state.reservations)
  end
  if all and #state.refunded > 0 then
    flags = flags + REFUNDED
    insert(out, pack('>I2', #state.refunded))
    for _, permit in ipairs(state.refunded) do
      insert(out, pack('>dBc0', permit.known_until, #permit.id, permit.id))
    end
  end
  if suffix ~= '' then
    flags = flags + SUBJECT
    insert(out, suffix)
  end
  out[1] = pack('>BBI2', MAGIC, flags, #state.noted)
  return concat(out)
end

local function born_at(now)
  return {
    noted = '\0\0',
    version = 0,
    time = now,
    birth = now,
    held_until = NEVER_WAS,
    blocked_until = NEVER_WAS,
    slots = {},
    reservations = list(RESERVED),
    refunded = {},
  }
end

local function is_blocked(state)
  return state.time < state.blocked_until
end

local function expires_at(state)
  local after = 0
  for _, slot in ipairs(state.slots) do
    after = max(after, algorithm_of(slot).reset_after(slot, state.time))
  end
  local finish = state.time + min(after, TEN_YEARS)
  if state.reservations.count > 0 then
    finish = max(finish, state.reservations.last)
  end
  return max(finish, state.held_until, state.blocked_until)
end

local function move_to(state, now)
  for _, slot in ipairs(state.slots) do
    algorithm_of(slot).advance(slot, state.time, now)
  end
  local known = {}
  for _, permit in ipairs(state.refunded) do
    if now < permit.known_until then
      insert(known, permit)
    end
  end
  state.refunded = known
  state.time = now
end

local function reserve(state, finish, cost, id)
  local bytes = pack('>ddddBc0', finish, cost, state.version, state.time, #id, id)
  put(state.reservations, finish, id, bytes)
end

-- Takes the reservation of an id out of a state, and answers it; nil where there is none.
local function unreserve(state, id)
  local at, before = find(state.reservations, id)
  if at then
    local reserved = reservation_at(state.reservations, at)
    drop(state.reservations, at, before)
    return reserved
  end
end

-- Ends a reservation that was taken out, of which `unspent` permits come back where they are counted still.
local function settle(state, reserved, unspent)
  local counts = reserved.version == state.version and reserved.taken >= state.birth and unspent > 0
  for _, slot in ipairs(state.slots) do
    if counts then
      refunded(slot, state.time, reserved.taken, unspent)
    end
    if holds(slot, reserved.id) then
      release(slot, reserved.id)
    end
  end
end

-- Nil where every part of the state is initial.
local function or_absent(state)
  if state.time < state.held_until or is_blocked(state) or state.reservations.count > 0 then
    return state
  end
  for _, slot in ipairs(state.slots) do
    if not is_initial(slot) then
      return state
    end
  end
  return nil
end

-- The state of some bytes at the later of its time and the server's, after what lapsed gave back what it held; nil where
-- nothing is left. And that time.
local function advanced(text)
  if not text then
    return nil, time
  end
  local state = state_of(text)
  local last, now = state.time, max(time, state.time)
  local reservations = state.reservations
  while reservations.count > 0 and entry_at(reservations, reservations.first) <= now do
    local lapsed = reservation_at(reservations, reservations.first)
    drop_first(reservations)
    move_to(state, max(state.time, lapsed.time))
    settle(state, lapsed, lapsed.cost)
  end
  move_to(state, now)
  if now - last >= TEN_YEARS then
    for _, slot in ipairs(state.slots) do
      algorithm_of(slot).initial(slot)
    end
  end
  return or_absent(state), now
end

-- Versions -----------------------------------------------------------------------------------------------------------------

local AS_IS, ADDITIVE, PROPORTIONAL, RESET = 0, 1, 2, 3

-- floor(a * b / c), exact where the product is beyond 2^53: as by hand, a binary digit of a at a time.
local function floor_of_product(a, b, c)
  local negative = a < 0
  local whole, part = floor(b / c), b % c
  local quotient, left, digits = 0, 0, {}
  local rest_of_a = negative and -a or a
  while rest_of_a > 0 do
    insert(digits, rest_of_a % 2)
    rest_of_a = floor(rest_of_a / 2)
  end
  for i = #digits, 1, -1 do
    quotient, left = quotient * 2, left * 2
    if digits[i] == 1 then
      quotient, left = quotient + whole, left + part
    end
    while left >= c do
      quotient, left = quotient + 1, left - c
    end
  end
  if negative then
    return left > 0 and -quotient - 1 or -quotient
  end
  return quotient
end

local function carried(from, to, carry, now)
  local has_now = available(from, now)
  if carry == AS_IS then
    return min(has_now, to.capacity)
  elseif carry == ADDITIVE then
    return min(has_now + to.capacity - from.limit.capacity, to.capacity)
  end
  return floor_of_product(has_now, to.capacity, from.limit.capacity)
end

local function same_numbers(one, other)
  return one.capacity == other.capacity
    and one.permits == other.permits
    and one.period == other.period
    and one.tick == other.tick
    and one.units_per_tick == other.units_per_tick
    and one.units_per_permit == other.units_per_permit
    and one.max_debt == other.max_debt
end

local function converted(from, limit, carry, now)
  if carry == RESET or is_initial(from) then
    local slot = initial(limit)
    slot.window_start, slot.window_end = from.window_start, from.window_end
    return slot
  end
  local slot = {
    limit = limit,
    x = from.x,
    y = from.y,
    entries = from.entries,
    held = from.held,
    window_start = from.window_start,
    window_end = from.window_end,
  }
  if same_numbers(limit, from.limit) then
    return slot
  end
  if not from.entries and not from.held then
    algorithm_of(slot).carried(slot, from, now, max(-limit.max_debt, carried(from, limit, carry, now)))
  end
  algorithm_of(slot).advance(slot, now, now)
  return slot
end

-- The slot, or one that counts as used what the conversion would have forgotten without a version that says so.
local function without_gain(slot, from, limit, now)
  local has_now = available(from, now)
  if
    not is_initial(from)
    and from.limit.algorithm ~= CONCURRENT
    and limit.algorithm ~= CONCURRENT
    and limit.capacity > 0
    and available(slot, now) > has_now
  then
    slot = initial(limit)
    charge(slot, now, limit.capacity - has_now)
  end
  return slot
end

local function matches(from, limit)
  return from and from.limit.algorithm == limit.algorithm and from.limit.calendar == limit.calendar
end

local function keeps_conversion(current, policy, charges)
  return charges and current and policy.version > current.version and #current.slots > 0
end

-- The current state, or nil, in the numbers of a policy that is as new or newer.
local function reconciled(text, current, policy, now, charges)
  if current and current.noted == policy.noted then
    return current
  end
  local state = born_at(now)
  state.noted, state.version = policy.noted, policy.version
  local from, version = {}, 0
  if current then
    from, version = current.slots, current.version
    state.birth = current.birth
    state.held_until = current.held_until
    state.blocked_until = current.blocked_until
    state.reservations = current.reservations
    state.refunded = current.refunded
    if keeps_conversion(current, policy, charges) then
      state.held_until = expires_at(state_of(text))
    end
  end
  local carry = policy.version > version and policy.carry or AS_IS
  for i, limit in ipairs(policy.limits) do
    local slot = matches(from[i], limit) and converted(from[i], limit, carry, now) or initial(limit)
    if from[i] and policy.version == version then
      slot = without_gain(slot, from[i], limit, now)
    end
    state.slots[i] = slot
  end
  return state
end

-- The state that a charge goes to which is not judged.
local function in_version_of(text, current, policy, now)
  return current and policy.version < current.version and current or reconciled(text, current, policy, now, true)
end

-- Answers ------------------------------------------------------------------------------------------------------------------

local LATE, APPLIED, NOTHING, LAPSED, REFUSED, WINDOW, CAPACITY, DECISION = 0, 1, 2, 3, 4, 5, 6, 32
local ALLOWED, WAS_BLOCKED = 1, 2

-- Every answer begins with its kind and the server's time.
local function effect(code)
  return pack('>Bd', code, time)
end

-- A slot whose entries were merged, as far as that makes no difference to what is read from it: the permits available, the
-- waits for the cost and for the next permit, and the reset.
local function brief(slot, now, cost)
  if not slot.entries and not slot.held or is_initial(slot) then
    return slot
  end
  local held, at = slot.held, 1
  local size, newest
  if held then
    size, newest, at = held.count, held.last, held.first
  else
    size = log_size(slot)
    newest = log_entry(slot, size)
  end
  local function next_entry()
    local place = at
    if held then
      at = following(held, place)
      return entry_at(held, place)
    end
    at = place + 1
    return log_entry(slot, place)
  end
  local used = slot.limit.capacity - available(slot, now)
  local next_missing, cost_missing = max(0, -available(slot, now)) + 1, cost + used - slot.limit.capacity
  local needed = max(next_missing, cost_missing)
  local sum, told, number, kept = 0, 0, 0, {}
  local function keep(moment, permits)
    insert(kept, held and pack('>ddB', moment, permits, 0) or pack('>dd', moment, permits))
  end
  while number < size - 1 and sum < needed do
    number = number + 1
    local moment, permits = next_entry()
    local before = sum
    sum = sum + permits
    if (before < next_missing and sum >= next_missing) or (before < cost_missing and sum >= cost_missing) then
      keep(moment, sum - told)
      told = sum
    end
  end
  keep(newest, used - told)
  local merged = { limit = slot.limit, x = used, y = 0 }
  if held then
    merged.held = { head = HOLDS, count = #kept, first = 1, last = newest, bytes = concat(kept) }
  else
    merged.entries = concat(kept)
  end
  return merged
end

-- A decision as the state that it is read from. Held means here: until the whole state is absent.
local function decision(state, admits, allowed, blocked, cost)
  local told = {
    noted = state.noted,
    time = state.time,
    birth = state.birth,
    held_until = expires_at(state),
    blocked_until = state.blocked_until,
    slots = {},
  }
  local out = {
    pack('>BddI2', DECISION + (allowed and ALLOWED or 0) + (blocked and WAS_BLOCKED or 0), time, cost, #state.slots),
  }
  for i, slot in ipairs(state.slots) do
    told.slots[i] = brief(slot, state.time, cost)
    insert(out, admits[i] and '\1' or '\0')
  end
  insert(out, bytes_of(told, '', false))
  return concat(out)
end

-- Operations ---------------------------------------------------------------------------------------------------------------
--
-- Each takes the bytes before it, the state that they are at `now`, the operation and the time, and answers the state after it, nil
-- where nothing is left, or the bytes themselves where they stay; and what to reply.

local NOBODY = { id = '', ttl = 0 }

-- What there is to take of `most` permits: 1, which is denied, where there is nothing.
local function at_most(state, policy, most)
  if policy.shadow then
    return most
  end
  local taken = is_blocked(state) and 0 or most
  for _, slot in ipairs(state.slots) do
    if not slot.limit.shadow then
      taken = min(taken, available(slot, state.time))
    end
  end
  return max(1, taken)
end

local function judge(text, current, policy, asked, takes_less, holder, charges, now)
  local older = current and policy.version < current.version and not policy.always_denies
  local converts = keeps_conversion(current, policy, charges)
  local absent = not current
  local state = older and current or reconciled(text, current, policy, now, charges)
  local blocked = is_blocked(state)
  local cost = takes_less and at_most(state, policy, asked) or asked

  local admits, allowed = {}, not blocked
  for i, slot in ipairs(state.slots) do
    admits[i] = cost <= available(slot, now)
    allowed = allowed and (admits[i] or slot.limit.shadow)
  end
  local full = allowed and holder.ttl > 0 and state.reservations.count >= MOST_RESERVATIONS
  if full and not policy.shadow then
    return converts and state or text, pack('>Bdddd', CAPACITY, time, entry_at(state.reservations, state.reservations.first) - now, state.version, now)
  end
  if allowed and charges and not full then
    for i, slot in ipairs(state.slots) do
      if admits[i] then
        charge_to(slot, now, cost, holder)
      end
    end
    if holder.ttl > 0 then
      reserve(state, now + holder.ttl, cost, holder.id)
    end
    return or_absent(state), decision(state, admits, true, false, cost)
  end
  allowed = allowed and not full
  local starts_block = charges and not allowed and not blocked and policy.block_on_excess > 0 and not policy.shadow
  local kept = converts and state or text
  if starts_block then
    local finish = now + policy.block_on_excess
    if not converts then
      kept = absent and born_at(now) or state_of(text)
    end
    kept.blocked_until = finish
    state.blocked_until = finish
  end
  return kept, decision(state, admits, allowed, blocked, cost)
end

-- Charges every limit that knows debt.
local function indebt(state, cost)
  for _, slot in ipairs(state.slots) do
    if slot.limit.algorithm ~= CONCURRENT then
      charge(slot, state.time, cost)
    end
  end
end

local function held_by(state, id)
  for _, slot in ipairs(state and state.slots or {}) do
    if holds(slot, id) then
      return true
    end
  end
  return false
end

local operations = {
  -- acquire
  function(text, current, op, now)
    return judge(text, current, op.policy, op.a, false, { id = op.id, ttl = 0 }, true, now)
  end,
  -- peek
  function(text, current, op, now)
    local _, reply = judge(text, current, op.policy, op.a, false, NOBODY, false, now)
    return text, reply
  end,
  -- acquire at most
  function(text, current, op, now)
    return judge(text, current, op.policy, op.a, true, { id = op.id, ttl = 0 }, true, now)
  end,
  -- reserve, for b microseconds
  function(text, current, op, now)
    return judge(text, current, op.policy, op.a, false, { id = op.id, ttl = op.b }, true, now)
  end,
  -- commit: a was spent
  function(text, current, op, now)
    local reserved = current and unreserve(current, op.id)
    if not reserved and op.a == 0 then
      return text, effect(NOTHING)
    end
    local state = in_version_of(text, current, op.policy, now)
    if not reserved then
      indebt(state, op.a)
      return or_absent(state), effect(LAPSED)
    end
    local unspent = reserved.cost - op.a
    settle(state, reserved, max(0, unspent))
    if unspent < 0 then
      indebt(state, -unspent)
    end
    return or_absent(state), effect(APPLIED)
  end,
  -- penalize
  function(text, current, op, now)
    local state = in_version_of(text, current, op.policy, now)
    indebt(state, op.a)
    return or_absent(state), effect(APPLIED)
  end,
  -- cancel
  function(text, current, op, now)
    local reserved = current and unreserve(current, op.id)
    if not reserved then
      return text, effect(NOTHING)
    end
    settle(current, reserved, reserved.cost)
    return or_absent(current), effect(APPLIED)
  end,
  -- refund of a permits, charged under version b at the time c
  function(text, current, op, now)
    if not current or op.b ~= current.version or op.c < current.birth or op.c > now then
      return text, effect(NOTHING)
    end
    local finish = NEVER_WAS
    for _, slot in ipairs(current.slots) do
      finish = max(finish, algorithm_of(slot).counted_until(slot, op.c))
    end
    if now >= finish then
      return text, effect(NOTHING)
    end
    for _, permit in ipairs(current.refunded) do
      if permit.id == op.id then
        return text, effect(NOTHING)
      end
    end
    if #current.refunded >= MOST_REFUNDED then
      return text, effect(REFUSED)
    end
    if op.c == now then
      current.held_until = max(current.held_until, now + 1)
    end
    for _, slot in ipairs(current.slots) do
      refunded(slot, now, op.c, op.a)
      if holds(slot, op.id) then
        release(slot, op.id)
      end
    end
    insert(current.refunded, { id = op.id, known_until = finish })
    return or_absent(current), effect(APPLIED)
  end,
  -- release
  function(text, current, op)
    if not held_by(current, op.id) then
      return text, effect(NOTHING)
    end
    for _, slot in ipairs(current.slots) do
      if holds(slot, op.id) then
        release(slot, op.id)
      end
    end
    return or_absent(current), effect(APPLIED)
  end,
  -- extend
  function(text, current, op, now)
    if not held_by(current, op.id) then
      return text, effect(NOTHING)
    end
    for _, slot in ipairs(current.slots) do
      if holds(slot, op.id) then
        for _, permits in ipairs(release(slot, op.id)) do
          hold(slot.held, now + slot.limit.period, permits, op.id)
          slot.x = slot.x + permits
        end
      end
    end
    return or_absent(current), effect(APPLIED)
  end,
  -- block for a microseconds
  function(text, current, op, now)
    if current and now + op.a <= current.blocked_until then
      return text, effect(NOTHING)
    end
    local state = current or born_at(now)
    state.blocked_until = now + op.a
    return or_absent(state), effect(APPLIED)
  end,
  -- unblock
  function(text, current)
    if not current or not is_blocked(current) then
      return text, effect(NOTHING)
    end
    current.blocked_until = NEVER_WAS
    return or_absent(current), effect(APPLIED)
  end,
  -- reset
  function(text, current)
    if not current then
      return text, effect(NOTHING)
    end
    return nil, effect(APPLIED)
  end,
}

-- The run ------------------------------------------------------------------------------------------------------------------

-- The bytes after all operations, the state that they are of, and the replies.
local function run()
  local text, state = value or nil, nil
  local replies, from = {}, 1
  while from <= #ARGV[1] do
    local op, code, policy, deadline = {}, nil, nil, nil
    code, policy, deadline, op.a, op.b, op.c, op.id, from = unpack('>BBddddBc0', ARGV[1], from)
    if time > deadline then
      insert(replies, pack('>Bd', LATE, time))
    else
      op.policy = policy > 0 and policy_of(policy)
      local current, now = advanced(text)
      local after, reply = operations[code](text, current, op, now)
      insert(replies, reply)
      if after ~= text then
        state = after
        text = after and bytes_of(after, suffix, true)
      end
    end
  end
  return text, state, replies
end

local done, text, state, replies = pcall(run)
if not done then
  local problem = text
  if type(problem) == 'table' and problem.missing then
    return pack('>Bdd', WINDOW, time, problem.missing) .. (value or '')
  elseif type(problem) == 'table' then
    return redis.error_reply('CORRUPT the value of the key is none of guard: ' .. tostring(problem.corrupt))
  end
  error(problem)
end
if text ~= (value or nil) then
  local written
  if text then
    local life = injected == '' and max(0, ceil((expires_at(state) - time) / 1000)) + 1000 or 3600000
    written = redis.pcall('SET', KEYS[1], text, 'PX', life)
  else
    written = redis.pcall('DEL', KEYS[1])
  end
  if type(written) == 'table' and written.err then
    return written
  end
end
return replies
