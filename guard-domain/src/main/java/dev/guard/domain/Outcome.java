package dev.guard.domain;

/**
 * What came of one operation in a command: a decision, the effect of what decides nothing, or nothing because it came too late. A backend failure is
 * neither; it is an exception.
 */
public sealed interface Outcome permits Decision, Effect, Late {}
