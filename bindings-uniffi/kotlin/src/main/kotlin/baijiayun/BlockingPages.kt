package baijiayun

/** [Pages] to be iterated over: page by page as you go. */
class BlockingPages<T, Row> internal constructor(private val pages: Pages<T, Row>) : Iterable<Row> {
    /** See [Pages.page]. */
    fun page(): Page<T, Row> = blocking { pages.page() }

    /** See [Pages.pages]. */
    fun pages(): Iterable<Page<T, Row>> =
        Iterable {
            iterator {
                var position: String? = ""
                while (position != null) {
                    val asked = position
                    val turn = blocking { pages.turn(asked) }
                    if (!turn.repeated) yield(turn.page)
                    position = turn.next
                }
            }
        }

    /** See [Pages.items]. */
    override fun iterator(): Iterator<Row> = pages().asSequence().flatMap { it.rows }.iterator()

    /** The same as a stream. */
    fun stream(): java.util.stream.Stream<Row> = java.util.stream.StreamSupport.stream(spliterator(), false)
}
