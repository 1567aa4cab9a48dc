package baijiayun

import java.util.function.Consumer

/** Makes a client, with a name for each text: three side by side are easily swapped. */
class ClientBuilder internal constructor() {
    private var domain: String? = null
    private var partnerId: String? = null
    private var partnerKey: String? = null
    private val settings = ArrayList<Consumer<in Settings>>()

    /** The account's private domain: its prefix, a white-label host, or a whole address such as a mock's. */
    fun domain(domain: String?): ClientBuilder = apply { this.domain = domain }

    /** The account's id. */
    fun partnerId(partnerId: String?): ClientBuilder = apply { this.partnerId = partnerId }

    /** The account's key; none if the settings have a signer. */
    fun partnerKey(partnerKey: String?): ClientBuilder = apply { this.partnerKey = partnerKey }

    /** Settings, which are set as they are given. */
    fun settings(set: Consumer<in Settings>): ClientBuilder = apply { settings += set }

    /** @throws ConfigException Something cannot be right. */
    fun build(): BlockingClient = BlockingClient(client())

    /** For Kotlin. */
    fun client(): Client = Client(domain, partnerId, partnerKey) { settings.forEach { it.accept(this) } }

    /** Without the key. */
    override fun toString(): String = "ClientBuilder($domain)"
}
