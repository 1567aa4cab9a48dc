package baijiayun.spring;

import baijiayun.BlockingClient;
import baijiayun.Callback;
import baijiayun.CallbackException;
import baijiayun.CallbacksKt;
import baijiayun.DeparturesException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/** Receives callbacks: reads the raw body, verifies it, and hands each on once. */
@RestController
class BaijiayunCallbackController {
    private static final System.Logger log = System.getLogger("baijiayun");

    private final BlockingClient client;
    private final BaijiayunCallbackHandler handler;
    private final int maxBody;

    BaijiayunCallbackController(BlockingClient client, BaijiayunCallbackHandler handler, int maxBody) {
        this.client = client;
        this.handler = handler;
        this.maxBody = maxBody;
    }

    // Not as a parameter: of a form Spring would write the body anew from what it parsed, and the signature is over what came.
    @PostMapping("${baijiayun.callbacks.path:/baijiayun/callbacks}")
    ResponseEntity<String> receive(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes((int) Math.min(maxBody + 1L, Integer.MAX_VALUE));
        if (body.length > maxBody) {
            return answer(413, CallbacksKt.callbackFailure("the callback is too large"));
        }
        Callback callback;
        try {
            callback = client.getCallbacks().parse(body, request.getContentType());
        } catch (CallbackException | DeparturesException error) {
            log.log(System.Logger.Level.WARNING, "a callback was refused: " + error.getMessage());
            return answer(401, CallbacksKt.callbackFailure("the callback was refused"));
        }
        if (!client.getCallbacks().claim(callback)) {
            return answer(200, CallbacksKt.CALLBACK_SUCCESS);
        }
        try {
            handler.handle(callback);
        } catch (Throwable error) {
            // Errors too: a callback that stays claimed is lost.
            client.getCallbacks().release(callback);
            log.log(System.Logger.Level.ERROR, "a callback was given back: its handler failed", error);
            return answer(500, CallbacksKt.callbackFailure("try again"));
        }
        return answer(200, CallbacksKt.CALLBACK_SUCCESS);
    }

    private static ResponseEntity<String> answer(int status, String json) {
        return ResponseEntity.status(status).contentType(MediaType.APPLICATION_JSON).body(json);
    }
}
