-- Claims the id of a callback. KEYS: the id. ARGV: for how many seconds; 0 gives it back.
-- Returns 1 if it was free (or given back), 0 if it was claimed before.
if tonumber(ARGV[1]) == 0 then
  return redis.call('DEL', KEYS[1])
end
return redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) and 1 or 0
