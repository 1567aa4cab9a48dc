package baijiayun.spring;

import baijiayun.Callback;

/**
 * Receives callbacks, each once: they are verified before. A bean of this type has the starter receive them at
 * {@code baijiayun.callbacks.path}.
 *
 * <p>The service waits for the answer, and posts again if it is none: put the callback into a queue, and return. What is thrown gives
 * the callback back, so that its repetition is taken.
 */
@FunctionalInterface
public interface BaijiayunCallbackHandler {
    void handle(Callback callback) throws Exception;
}
