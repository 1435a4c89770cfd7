package dev.guard.domain.counter;

/**
 * What a limit remembers, in two numbers whose meaning is the algorithm's own.
 *
 * @param x greedy: the level in units; interval: the level in permits; windows: the permits used in the current window
 * @param y interval: the anchor of the refills; fixed and aligned: the window's start; sliding: the permits used in the
 *     previous window; greedy: 0
 */
public record LimitState(long x, long y) {}
