package dev.guard.domain.counter;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/** Makes stages of stages, and waits for them; their errors come out as they are. */
final class Stages {

    private Stages() {}

    static <T> T join(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }

    /**
     * The stage of what {@code change} makes of another stage's answer. An error of the call itself, of its stage or of the change
     * is the new stage's, unwrapped: a {@link CompletionStage#thenApply} would hand it on as a {@link CompletionException}.
     */
    static <T, U> CompletionStage<U> map(Supplier<? extends CompletionStage<T>> call, Function<T, U> change) {
        CompletableFuture<U> result = new CompletableFuture<>();
        try {
            call.get().whenComplete((answer, error) -> {
                if (error != null) {
                    result.completeExceptionally(unwrapped(error));
                    return;
                }
                try {
                    result.complete(change.apply(answer));
                } catch (RuntimeException e) {
                    result.completeExceptionally(e);
                }
            });
        } catch (RuntimeException e) {
            result.completeExceptionally(e);
        }
        return result;
    }

    private static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
