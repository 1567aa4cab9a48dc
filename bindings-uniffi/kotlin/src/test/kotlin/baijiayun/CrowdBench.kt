package baijiayun

import baijiayun.testing.Mock
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.joinAll
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/** Thousands of threads, and of coroutines, that call at once over HTTP to the mock: `./dev bench`. */
object CrowdBench {
    @JvmStatic
    fun main(args: Array<String>) {
        Mock.start("--rate", "0").use { mock ->
            val client = mock.client { quota = Quota.NONE; operationQuota = false }
            val room = runBlocking { client.room.create("课", 1893456000, 1893459600).roomId }
            val blocking = BlockingClient(client)
            crowd("${args[0]} threads, one call each") { done -> threads(args[0].toInt()) { done { blocking.room.info(room) } } }
            crowd("${args[1]} coroutines, one call each") { done -> coroutines(args[1].toInt()) { done { client.room.info(room) } } }
            // As Java's libraries often are: each call keeps a thread of the 256 for a while.
            val blocks = mock.client {
                quota = Quota.NONE
                operationQuota = false
                blockingStore { _, _, _ -> Thread.sleep(5).let { 0 } }
            }
            crowd("${args[1]} coroutines, with a store that blocks its thread for 5 ms") { done -> coroutines(args[1].toInt()) { done { blocks.room.info(room) } } }
            client.close()
        }
    }

    private fun crowd(what: String, run: (done: suspend (suspend () -> Unit) -> Unit) -> Unit) {
        val failed = ConcurrentHashMap<String, AtomicInteger>()
        val most = AtomicInteger()
        val began = System.nanoTime()
        run { call ->
            most.accumulateAndGet(Thread.activeCount(), ::maxOf)
            try {
                call()
            } catch (error: Throwable) {
                failed.computeIfAbsent("${error.javaClass.simpleName}: ${error.message?.take(120)}") { AtomicInteger() }.incrementAndGet()
            }
        }
        val heap = Runtime.getRuntime().run { (totalMemory() - freeMemory()) shr 20 }
        println("$what: ${(System.nanoTime() - began) / 1_000_000} ms, at most $most threads, $heap MB of heap, failed: ${failed.ifEmpty { "none" }}")
    }

    private fun threads(count: Int, call: suspend () -> Unit) {
        val ready = CountDownLatch(count)
        List(count) {
            thread {
                ready.countDown()
                ready.await()
                runBlocking { call() }
            }
        }.forEach(Thread::join)
    }

    private fun coroutines(count: Int, call: suspend () -> Unit): Unit =
        runBlocking(Dispatchers.Default) { List(count) { launch { call() } }.joinAll() }
}
