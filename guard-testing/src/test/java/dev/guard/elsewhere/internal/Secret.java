package dev.guard.elsewhere.internal;

/** Internal to a module that does not exist, in a package that is not null-marked. */
public class Secret {}
