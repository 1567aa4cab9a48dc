-- GCRA over several limits at once, on the store's own clock.
-- KEYS: one per limit. ARGV: per limit the interval and the tolerance, in microseconds.
-- Returns 0 and takes the permission, or the microseconds to wait.
-- All numbers are whole and stay below 2^53, so that Lua's doubles hold them exactly.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])

local function keep(key, arrival)
  -- Lua by itself would write 1.7e+15. The expiry goes by a coarser clock: a second more is on the safe side.
  local ttl = math.ceil((arrival - now) / 1000) + 1000
  redis.call('SET', key, string.format('%.0f', arrival), 'PX', ttl)
end

local wait = 0
local arrivals = {}
for i, key in ipairs(KEYS) do
  local interval, tolerance = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local full = interval + tolerance
  local arrival = math.max(tonumber(redis.call('GET', key) or 0) or 0, now)
  if arrival > now + 10 * full then
    -- No call leaves it so far ahead: the clock went back, and nobody could
    -- call until it has caught up. (10: processes may differ in their settings.)
    arrival = now + full
    keep(key, arrival)
  end
  wait = math.max(wait, arrival - tolerance - now)
  arrivals[i] = arrival + interval
end
if wait > 0 then
  return wait
end
for i, key in ipairs(KEYS) do
  keep(key, arrivals[i])
end
return 0
