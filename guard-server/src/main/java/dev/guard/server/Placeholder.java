package dev.guard.server;

/** Stands in until this module has its first class, so that every check of the build has something to check. */
public final class Placeholder {
    private Placeholder() {}
}
