package lessons;

import baijiayun.Callback;
import baijiayun.ClassEventCallback;
import baijiayun.spring.BaijiayunCallbackHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Callbacks go into a queue: the service waits for the answer. A queue of a database or a broker loses nothing when the process
 * ends; this one does.
 */
@Component
@RestController
class ClassEvents implements BaijiayunCallbackHandler {
    private final BlockingQueue<Callback> queue = new LinkedBlockingQueue<>(10_000);

    @Override
    public void handle(Callback callback) {
        // What is thrown gives the callback back: it is posted again.
        queue.add(callback);
    }

    /** What a worker would take. */
    @GetMapping("/events/next")
    String next() throws InterruptedException {
        Callback callback = queue.poll(10, TimeUnit.SECONDS);
        if (callback instanceof ClassEventCallback event) {
            return event.getData().getRoomId() + " " + event.getData().getOp();
        }
        return callback == null ? "nothing" : String.valueOf(callback.getName());
    }
}
