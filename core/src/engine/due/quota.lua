-- Sliding windows over several limits at once, on the store's own clock.
-- KEYS: one per limit. ARGV: per limit how long a call counts, how many may count at a time, and the grain in which
-- times are kept, all but the second in microseconds.
-- Returns 0 and takes the permission, or the microseconds to wait, whose last digit is the place of the limit that holds.
-- A key holds when calls went, oldest first: "1700000000123000x2 ...", two calls up to this time.
-- All numbers are whole and stay below 2^53, so that Lua's doubles hold them exactly; Lua by itself would write 1.7e+15.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function keep(key, times, window)
  local words = {}
  for i, entry in ipairs(times) do
    words[i] = string.format('%.0fx%d', entry[1], entry[2])
  end
  -- The expiry goes by a coarser clock: a second more is on the safe side.
  redis.call('SET', key, table.concat(words, ' '), 'PX', math.ceil((times[#times][1] + window - now) / 1000) + 1000)
end

local longest, holds = 0, 0
local logs = {}
for i, key in ipairs(KEYS) do
  local window, most, grain = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  -- Rounded up: a call counts a little too long, and never too short.
  local mark = math.ceil(now / grain) * grain
  local times, used, ahead = {}, 0, false
  for at, calls in string.gmatch(redis.call('GET', key) or '', '(%d+)x(%d+)') do
    at, calls = tonumber(at), tonumber(calls)
    if at > mark then
      -- The clock went back, and nobody could call until it has caught up.
      at, ahead = mark, true
    end
    if at + window > now then
      times[#times + 1] = { at, calls }
      used = used + calls
    end
  end
  local leavers, wait = used + 1 - most, 0
  for _, entry in ipairs(times) do
    if leavers <= 0 then
      break
    end
    wait = entry[1] + window - now
    leavers = leavers - entry[2]
  end
  if wait > longest then
    longest, holds = wait, i - 1
  end
  logs[i] = { times, mark, ahead, window }
end

for i, key in ipairs(KEYS) do
  local times, mark, ahead, window = unpack(logs[i])
  if longest == 0 then
    local last = times[#times]
    if last and last[1] >= mark then
      last[2] = last[2] + 1
    else
      times[#times + 1] = { mark, 1 }
    end
    keep(key, times, window)
  elseif ahead then
    keep(key, times, window)
  end
end
if longest == 0 then
  return 0
end
return math.ceil(longest / 10) * 10 + holds
