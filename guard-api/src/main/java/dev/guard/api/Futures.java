package dev.guard.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** What futures wrap around errors, taken off again. */
final class Futures {

    private Futures() {}

    /** A future that is done, with its error as it is. */
    static <T> CompletableFuture<T> unwrapped(CompletableFuture<T> done) {
        if (!done.isCompletedExceptionally()) {
            return done;
        }
        CompletableFuture<T> failed = new CompletableFuture<>();
        var unused = done.whenComplete((value, error) -> failed.completeExceptionally(unwrapped(error)));
        return failed;
    }

    static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
