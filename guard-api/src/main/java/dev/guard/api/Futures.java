package dev.guard.api;

import java.util.concurrent.CompletionException;

/** What futures wrap around errors, taken off again. */
final class Futures {

    private Futures() {}

    static Throwable unwrapped(Throwable error) {
        return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    }
}
