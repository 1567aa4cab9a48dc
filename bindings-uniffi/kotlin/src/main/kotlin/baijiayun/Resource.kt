package baijiayun

import java.util.function.Consumer

/** The operations of one kind. */
abstract class Resource internal constructor(@get:JvmSynthetic internal val runner: Runner) {
    /** The data of an operation that has some. */
    internal suspend fun <T> call(asked: Asked<T>): T =
        ask(asked) ?: throw failure(ErrorKind.NOT_ENVELOPE, asked.name, "the answer has no data")

    /** The data of an operation that may have none. */
    internal suspend fun <T> ask(asked: Asked<T>): T? = runner.run(asked).data

    /** An operation without data. What the service answers all the same is left out. */
    internal suspend fun carryOut(asked: Asked<*>) {
        runner.run(asked)
    }

    internal fun <T, Row> pages(
        name: String,
        result: Kind<T>,
        params: Params,
        options: CallOptions?,
        rows: (T) -> List<Row>,
    ): Pages<T, Row> =
        Pages { position ->
            val done = runner.run(Asked(name, result, params.given, options, mapOf("page" to position)))
            val data = done.data ?: throw failure(ErrorKind.NOT_ENVELOPE, name, "the answer has no data")
            val page = done.step.page
            Turn(Page(data, rows(data), page?.total), page?.repeated == true, page?.next)
        }
}

/** [Resource] for Java and for code without coroutines. */
abstract class BlockingResource internal constructor(private val resource: Resource) {
    internal fun <T> call(asked: Asked<T>): T = blocking { resource.call(asked) }

    internal fun <T> ask(asked: Asked<T>): T? = blocking { resource.ask(asked) }

    internal fun carryOut(asked: Asked<*>): Unit = blocking { resource.carryOut(asked) }
}

/** Sets nothing. */
internal val nothing: (Any?) -> Unit = {}

/** Sets nothing. */
internal val none: Consumer<Any?> = Consumer {}
