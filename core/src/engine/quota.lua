-- GCRA over several limits at once, on the store's own clock.
-- KEYS: one per limit. ARGV: per limit the interval and the tolerance, in microseconds.
-- Returns 0 and takes the permission, or the microseconds to wait.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local wait = 0
local arrivals = {}
for i, key in ipairs(KEYS) do
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)
  wait = math.max(wait, arrival - tonumber(ARGV[2 * i]) - now)
  arrivals[i] = arrival + tonumber(ARGV[2 * i - 1])
end
if wait > 0 then
  return wait
end
for i, key in ipairs(KEYS) do
  local ttl = math.ceil((arrivals[i] - now) / 1000) + 1000
  redis.call('SET', key, string.format('%.0f', arrivals[i]), 'PX', ttl)
end
return 0
