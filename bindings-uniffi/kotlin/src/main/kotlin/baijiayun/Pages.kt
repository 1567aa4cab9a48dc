package baijiayun

import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.transform

/** A page of a list. */
class Page<out T, out Row> internal constructor(
    /** The data of the page, as the documents describe them. */
    val data: T,
    /** The rows in them. */
    val rows: List<Row>,
    /** How many rows there are in all, if the service says so. */
    val total: Long?,
) {
    override fun toString(): String = "Page(${rows.size} rows, $total in all)"
}

/** A page, and how the walk goes on. */
internal class Turn<T, Row>(
    val page: Page<T, Row>,
    /** Its rows were there before. */
    val repeated: Boolean,
    val next: String?,
)

/**
 * A list. Nothing is asked for until you collect it, and then page by page as you go:
 *
 * ```
 * client.room.list { limit = 100 }.items().collect { println(it.roomId) }  // all rows of all pages
 * val page = client.room.list { page = 2 }.page()                          // one page
 * ```
 */
class Pages<T, Row> internal constructor(@get:JvmSynthetic internal val turn: suspend (position: String) -> Turn<T, Row>) {
    /** One page: the one that the parameters name, else the first. */
    suspend fun page(): Page<T, Row> = turn("").page

    /** The pages from that one on, one after the other. */
    fun pages(): Flow<Page<T, Row>> =
        flow {
            var position: String? = ""
            while (position != null) {
                val turn = turn(position)
                if (!turn.repeated) emit(turn.page)
                position = turn.next
            }
        }

    /** The rows of all these pages. */
    fun items(): Flow<Row> = pages().transform { page -> page.rows.forEach { emit(it) } }
}
