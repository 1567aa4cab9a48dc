-- Claims a callback by its ids. KEYS: the ids. ARGV: for how many seconds, and a number that only this claim has.
-- Returns 1 if all of them were free, 0 if one was claimed before.
-- 0 seconds give them back: those that were claimed with that number, or with the number 0 all.
local seconds, owner = tonumber(ARGV[1]), ARGV[2]
local given_back = 0
for _, key in ipairs(KEYS) do
  local held = redis.call('GET', key)
  if seconds > 0 then
    if held then return 0 end
  elseif held and (owner == '0' or held == owner) then
    given_back = redis.call('DEL', key)
  end
end
if seconds == 0 then return given_back end
for _, key in ipairs(KEYS) do
  redis.call('SET', key, owner, 'EX', seconds)
end
return 1
