package baijiayun

import java.io.File
import java.io.IOException
import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.runInterruptible

/** Settings of a client. What is null stays as it is documented. */
class Settings internal constructor() {
    /** Signs texts in place of the key, links too: only for those who may do everything, see [Signer]. */
    var signer: Signer? = null

    /** Other keys by which callbacks may be signed, while keys are changed. */
    var callbackKeys: List<String> = emptyList()

    /** Paths by operation name, for paths that are guesses. */
    var paths: Map<String, String> = emptyMap()

    /** Paths from a file that `bjy doctor` wrote, or that has a table `[paths]`. */
    fun pathsFile(file: File) {
        val text = try {
            file.readBytes()
        } catch (error: IOException) {
            throw failure(ErrorKind.INVALID_ACCOUNT, "", "cannot read $file: ${words(error)}", error)
        }
        NativeLibrary.need()
        val found = readFound(Native.tomlPaths(text))
        found.error?.let { throw it.exception() }
        paths = paths + found.paths
    }

    /** Most attempts for a call; 3 if nothing is said. */
    var attempts: Int? = null

    /** Longest time for one attempt; 30 seconds if nothing is said. */
    var attemptTimeout: Duration? = null

    /** Longest time for a call with all waits and attempts; 120 seconds if nothing is said. */
    var deadline: Duration? = null

    /** Both for calls that send files; an hour if nothing is said. */
    var uploadDeadline: Duration? = null

    /** Most bytes of an answer, unpacked, that are read; 8 MiB (8388608) if nothing is said. Options of a call may have more. */
    var maxAnswer: Long? = null

    /** Whether calls may go to `http://` addresses of the vendor's own, where everybody on the way can read and change them. */
    var allowHttp: Boolean = false

    /** Whether calls and callbacks whose data depart from the documents fail with a [DeparturesException]. */
    var strict: Boolean = false

    /** The account's limit; 200 requests in 10 seconds, the documented one, if nothing is said. */
    var quota: Quota? = null

    /** Whether the limits of single operations are kept. */
    var operationQuota: Boolean = true

    /** What several processes keep the limits in together. */
    var store: Store? = null

    /** What the keys in the store begin with; `baijiayun` if nothing is said. */
    var storePrefix: String? = null

    /**
     * The name by which the accounts of several clients share one limit over all operations, in this process and in the
     * store: the vendor's page of 2026 counts 200 requests in 10 s per account and per server address.
     */
    var sharedAs: String? = null

    /** Who goes first where a limit makes calls wait; [Priority.NORMAL] if nothing is said. */
    var priority: Priority? = null

    /** Sends the requests; Java's own HTTP client if nothing is said. On Android there is none: `OkHttpExecutor` is for that. */
    var http: HttpExecutor? = null

    /**
     * Is told what happens in each call, by the thread that runs it: it may be called by several at once, and should be quick. What
     * it throws is logged, and does not reach the call.
     */
    fun onEvent(hook: Consumer<in CallEvent>) {
        this.hook = hook
    }

    /** [http] for Java. */
    fun blockingHttp(http: BlockingHttpExecutor) {
        this.http = HttpExecutor { request -> runInterruptible { http.execute(request) } }
    }

    /** [http] for Java. */
    fun asyncHttp(http: AsyncHttpExecutor) {
        this.http = HttpExecutor { http.execute(it).awaitOrGiveUp() }
    }

    /** [store] for Java. */
    fun blockingStore(store: BlockingStore) {
        this.store = Store { script, keys, args -> runInterruptible { store.evaluate(script, keys, args) } }
    }

    /** [store] for Java. */
    fun asyncStore(store: AsyncStore) {
        this.store = Store { script, keys, args -> store.evaluate(script, keys, args).awaitOrGiveUp() }
    }

    /** [signer] for Java. */
    fun blockingSigner(signer: BlockingSigner) {
        this.signer = Signer { text -> runInterruptible { signer.sign(text) } }
    }

    /** [signer] for Java. */
    fun asyncSigner(signer: AsyncSigner) {
        this.signer = Signer { signer.sign(it).awaitOrGiveUp() }
    }

    @get:JvmSynthetic @set:JvmSynthetic
    internal var hook: Consumer<in CallEvent>? = null

    /** Tests have their own. */
    @get:JvmSynthetic @set:JvmSynthetic
    internal var clock: Clock = Clock()

    /** What an engine is made from. It holds the key. */
    internal fun config(domain: String?, partnerId: String?, partnerKey: String?): String {
        if (partnerKey == null && signer == null) {
            val message = "partnerKey is missing: give it, or a signer that asks the machine that has it"
            throw failure(ErrorKind.INVALID_ACCOUNT, "", message)
        }
        val settings = mapOf(
            "attempts" to attempts,
            "attempt_timeout" to attemptTimeout?.engineMillis(),
            "deadline" to deadline?.engineMillis(),
            "upload_deadline" to uploadDeadline?.engineMillis(),
            "max_answer" to maxAnswer,
            "allow_http" to allowHttp,
            "strict" to strict,
            "quota" to quota?.let { listOf(it.requests, it.seconds) },
            "operation_quota" to operationQuota,
            "store" to (store != null),
            "store_prefix" to storePrefix,
            "shared_as" to sharedAs,
            "priority" to priority?.name?.lowercase(),
            // What does not fit its type stands in the departures, so that typed data can always be decoded.
            "set_aside" to true,
        )
        val config = mapOf(
            "domain" to domain,
            "partner_id" to partnerId,
            "partner_key" to partnerKey,
            "callback_keys" to callbackKeys,
            "paths" to paths,
            "settings" to settings.filterValues { it != null },
        )
        return jsonOf("", config)
    }
}

/** A number of requests in a number of seconds. */
class Quota(val requests: Int, val seconds: Int) {
    companion object {
        /** No limit. */
        @JvmField
        val NONE: Quota = Quota(0, 1)
    }
}
