package dev.guard.domain.counter;

/**
 * One charge that a limit remembers by itself.
 *
 * @param id concurrent: the permit's id, empty where nobody can give it back; log: empty
 * @param permits the permits that it took, 1 or more
 * @param time concurrent: when its lease ends; log: when it was charged; in microseconds since the epoch
 */
public record LimitEntry(String id, long permits, long time) {}
