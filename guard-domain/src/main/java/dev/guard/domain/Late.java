package dev.guard.domain;

/**
 * The operation reached the store after its deadline. Nothing was judged and nothing was written.
 *
 * @param storeTime the store's time when it was looked at, in microseconds since the epoch
 */
public record Late(long storeTime) implements Outcome {}
