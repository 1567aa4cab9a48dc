package baijiayun.redis

import baijiayun.Store
import baijiayun.awaitOrGiveUp
import io.lettuce.core.ScriptOutputType
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection
import io.lettuce.core.api.StatefulRedisConnection
import java.util.concurrent.CompletionStage
import redis.clients.jedis.UnifiedJedis

/**
 * The limits, and which callbacks were taken, in a Redis or Valkey that several processes share, by Jedis: a `JedisPooled`, a
 * `JedisCluster` or another [UnifiedJedis]. Jedis 5 or later has to be among your dependencies.
 */
class JedisStore(private val jedis: UnifiedJedis) : Store {
    override suspend fun evaluate(script: String, keys: List<String>, args: List<Long>): Long =
        jedis.eval(script, keys, args.map(Long::toString)) as Long

    override fun toString(): String = "JedisStore"
}

/**
 * The limits, and which callbacks were taken, in a Redis or Valkey that several processes share, by Lettuce, which blocks no
 * thread. Lettuce 6 or later has to be among your dependencies. It takes a connection, to a cluster too.
 */
class LettuceStore private constructor(
    private val eval: (script: String, keys: Array<String>, args: Array<String>) -> CompletionStage<Long>,
) : Store {
    constructor(connection: StatefulRedisConnection<String, String>) :
        this({ script, keys, args -> connection.async().eval(script, ScriptOutputType.INTEGER, keys, *args) })

    constructor(connection: StatefulRedisClusterConnection<String, String>) :
        this({ script, keys, args -> connection.async().eval(script, ScriptOutputType.INTEGER, keys, *args) })

    override suspend fun evaluate(script: String, keys: List<String>, args: List<Long>): Long =
        eval(script, keys.toTypedArray(), args.map(Long::toString).toTypedArray()).awaitOrGiveUp()

    override fun toString(): String = "LettuceStore"
}
