package baijiayun.spring;

import baijiayun.BaijiayunException;
import baijiayun.BlockingClient;
import baijiayun.CallOptions;
import java.time.Duration;

/** Owns the client, and ends it with the application. */
record BaijiayunClients(BlockingClient blocking, Duration closeWithin) implements AutoCloseable {
    /** What health says of clients that the application made. */
    static final String SEVERAL = "there are several clients, and none is @Primary";

    @Override
    public void close() {
        blocking.close(closeWithin);
    }

    /** What is wrong with the account, by one cheap call that reads; null if nothing is. Its kind only: health may be public. */
    static Object failure(BlockingClient client) {
        CallOptions options = new CallOptions();
        options.setDeadline(Duration.ofSeconds(10));
        try {
            client.getRoom().list(params -> params.setLimit(1L), options).page();
            return null;
        } catch (BaijiayunException error) {
            return error.getKind().getWireName();
        }
    }
}
