package dev.guard.tck;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Calls that must fail, and with what. */
final class Refusals {

    private Refusals() {}

    /** Expects that every call throws an error of that kind; these errors. */
    static <E extends Exception> List<E> expect(Trial trial, Class<E> kind, Map<String, ? extends Callable<?>> calls) {
        List<E> errors = new ArrayList<>();
        calls.forEach((name, call) -> errors.add(requireKind(trial, kind, name, " threw ", errorOf(call))));
        return errors;
    }

    /** Expects that every call returns a stage, at once, that fails with an error of that kind, as it is. */
    static <E extends Exception> void expectStages(
            Trial trial, Class<E> kind, Map<String, ? extends Callable<? extends CompletionStage<?>>> calls) {
        calls.forEach((name, call) -> {
            CompletionStage<?> stage;
            try {
                stage = call.call();
            } catch (Exception e) {
                throw trial.failure(
                        name + " threw " + e + ", expected a stage that fails with " + kind.getSimpleName()
                                + ": the asynchronous form throws nothing",
                        e);
            }
            requireKind(trial, kind, name, " failed with ", errorOf(trial, name, stage));
        });
    }

    private static <E extends Exception> E requireKind(
            Trial trial, Class<E> kind, String name, String how, @Nullable Throwable error) {
        trial.note(name, error == null ? "an answer" : error.getClass().getSimpleName() + ": " + error.getMessage());
        if (kind.isInstance(error)) {
            return kind.cast(error);
        }
        throw trial.failure(
                error == null
                        ? name + " was answered, expected " + kind.getSimpleName()
                        : name + how + error + ", expected " + kind.getSimpleName() + ", as it is",
                error);
    }

    private static @Nullable Throwable errorOf(Callable<?> call) {
        try {
            call.call();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    /** The error that a stage hands to whoever asked for it: not unwrapped, as a future's {@code get} would. */
    private static @Nullable Throwable errorOf(Trial trial, String name, CompletionStage<?> stage) {
        CompletableFuture<Throwable> error = new CompletableFuture<>();
        stage.whenComplete((answer, thrown) -> error.complete(thrown));
        try {
            return error.get(TckSettings.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw trial.failure(name + " did not complete in time", e);
        } catch (Exception e) {
            throw trial.failure(name + " was interrupted", e);
        }
    }
}
