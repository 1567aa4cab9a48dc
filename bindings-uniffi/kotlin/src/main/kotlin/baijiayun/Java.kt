package baijiayun

import java.util.concurrent.CompletionException
import java.util.concurrent.CompletionStage
import java.util.concurrent.Future
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

// What a client is supplied with, in the forms of Java: those that block their thread, and those that promise.

/** [HttpExecutor] that blocks its thread, which is interrupted when nobody waits any more: [Settings.blockingHttp]. */
fun interface BlockingHttpExecutor {
    @Throws(Exception::class)
    fun execute(request: HttpRequest): HttpResponse
}

/** [HttpExecutor] that promises: [Settings.asyncHttp]. What it gives is cancelled when nobody waits any more. */
fun interface AsyncHttpExecutor {
    fun execute(request: HttpRequest): CompletionStage<HttpResponse>
}

/** [Store] that blocks its thread, which is interrupted when nobody waits any more: [Settings.blockingStore]. */
fun interface BlockingStore {
    @Throws(Exception::class)
    fun evaluate(script: String, keys: List<String>, args: List<Long>): Long
}

/** [Store] that promises: [Settings.asyncStore]. */
fun interface AsyncStore {
    fun evaluate(script: String, keys: List<String>, args: List<Long>): CompletionStage<Long>
}

/** [Signer] that blocks its thread, which is interrupted when nobody waits any more: [Settings.blockingSigner]. */
fun interface BlockingSigner {
    @Throws(Exception::class)
    fun sign(text: String): String
}

/** [Signer] that promises: [Settings.asyncSigner]. */
fun interface AsyncSigner {
    fun sign(text: String): CompletionStage<String>
}

/** Waits for what was promised. It is cancelled with the coroutine, and interrupted, if it can be. */
internal suspend fun <T> CompletionStage<T>?.awaitOrGiveUp(): T {
    // Java's compiler lets null pass. Who asked for it says so.
    @Suppress("UNCHECKED_CAST")
    val promised = this ?: return null as T
    return suspendCancellableCoroutine { waiting ->
        // Nobody could be told what it throws.
        waiting.invokeOnCancellation { runCatching { (promised as? Future<*>)?.cancel(true) } }
        promised.whenComplete { value, error ->
            if (error == null) waiting.resume(value) else waiting.resumeWithException((error as? CompletionException)?.cause ?: error)
        }
    }
}
