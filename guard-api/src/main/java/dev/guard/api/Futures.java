package dev.guard.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

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

    /** The stage that a call returns, or a failed one where it throws. */
    static <T> CompletionStage<T> called(Supplier<? extends CompletionStage<T>> call) {
        try {
            return call.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A future of what the function makes of the stage's value; errors of either come out as they are. */
    static <T, R> CompletableFuture<R> mapped(CompletionStage<T> stage, Function<? super T, ? extends R> function) {
        CompletableFuture<R> result = new CompletableFuture<>();
        var unused = stage.whenComplete((value, error) -> {
            if (error != null) {
                result.completeExceptionally(unwrapped(error));
                return;
            }
            try {
                result.complete(function.apply(value));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }
}
